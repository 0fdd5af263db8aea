package kept

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"

	"divergent/internal/files"
)

// encoder writes values one way only: numbers to the bit, lists with their length, each
// text once.
type encoder struct {
	b     []byte
	texts map[string]int
}

// encode writes values, or says that one holds what no bytes stand for.
func encode(values ...any) ([]byte, error) {
	e := encoder{texts: map[string]int{}}
	for _, v := range values {
		x := reflect.ValueOf(v)
		if !x.IsValid() {
			return nil, fmt.Errorf("kept: a nil without a type")
		}
		e.text(shape(x.Type()))
		if err := e.value(x); err != nil {
			return nil, err
		}
	}
	return e.b, nil
}

func (e *encoder) number(n int) { e.b = binary.AppendUvarint(e.b, uint64(n)) }

func (e *encoder) text(s string) {
	i, seen := e.texts[s]
	if !seen {
		i = len(e.texts)
		e.texts[s] = i
	}
	if e.number(i); !seen {
		e.number(len(s))
		e.b = append(e.b, s...)
	}
}

func (e *encoder) value(v reflect.Value) error {
	switch v.Kind() {
	case reflect.Bool:
		n := 0
		if v.Bool() {
			n = 1
		}
		e.number(n)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		e.b = binary.AppendVarint(e.b, v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		e.b = binary.AppendUvarint(e.b, v.Uint())
	case reflect.Float32, reflect.Float64:
		e.b = binary.LittleEndian.AppendUint64(e.b, math.Float64bits(v.Float()))
	case reflect.String:
		e.text(v.String())
	case reflect.Struct:
		for i := range v.NumField() {
			if err := e.value(v.Field(i)); err != nil {
				return err
			}
		}
	case reflect.Array:
		return e.list(v)
	case reflect.Pointer:
		if v.IsNil() {
			e.number(0)
			return nil
		}
		e.number(1)
		return e.value(v.Elem())
	case reflect.Slice:
		if v.IsNil() {
			e.number(0)
			return nil
		}
		e.number(v.Len() + 1)
		return e.list(v)
	case reflect.Interface, reflect.Func, reflect.Chan, reflect.Map:
		if v.IsNil() {
			e.number(0)
			return nil
		}
		fallthrough
	default:
		return fmt.Errorf("kept: a %s has no bytes", v.Type())
	}
	return nil
}

func (e *encoder) list(v reflect.Value) error {
	for i := range v.Len() {
		if err := e.value(v.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

// shape tells a type with all that it is made of, so that nothing is read as another.
func shape(t reflect.Type) string { return shapeOf(t, nil) }

func shapeOf(t reflect.Type, above []reflect.Type) string {
	if slices.Contains(above, t) {
		return t.String()
	}
	above = append(above, t)
	switch t.Kind() {
	case reflect.Pointer:
		return "*" + shapeOf(t.Elem(), above)
	case reflect.Slice:
		return t.String() + "[]" + shapeOf(t.Elem(), above)
	case reflect.Array:
		return fmt.Sprintf("%s[%d]%s", t, t.Len(), shapeOf(t.Elem(), above))
	case reflect.Struct:
		var b strings.Builder
		b.WriteString(t.String() + "{")
		for i := range t.NumField() {
			b.WriteString(t.Field(i).Name + " " + shapeOf(t.Field(i).Type, above) + ";")
		}
		return b.String() + "}"
	}
	return t.String() + " " + t.Kind().String()
}

// decoder reads what an encoder has written; the first error stays.
type decoder struct {
	b     []byte
	texts []string
	err   error
}

// decode reads one value into what a pointer points to.
func decode(b []byte, to any) error {
	d, v := decoder{b: b}, reflect.ValueOf(to)
	if d.text() != shape(v.Type()) || d.number() != 1 {
		return errDamaged
	}
	d.value(v.Elem())
	if d.err == nil && len(d.b) > 0 {
		d.err = errDamaged
	}
	return d.err
}

func (d *decoder) take(n int) []byte {
	if n < 0 || n > len(d.b) {
		d.err, n = errDamaged, 0
		d.b = nil
	}
	out := d.b[:n]
	d.b = d.b[n:]
	return out
}

func (d *decoder) unsigned() uint64 {
	x, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.err, n = errDamaged, len(d.b)
	}
	d.take(n)
	return x
}

// number is a length or a flag: no more than there are bytes to come, or texts so far.
func (d *decoder) number() int {
	x := d.unsigned()
	if x > math.MaxInt32 {
		d.err = errDamaged
		return 0
	}
	return int(x)
}

func (d *decoder) text() string {
	i := d.number()
	switch {
	case d.err != nil:
		return ""
	case i < len(d.texts):
		return d.texts[i]
	case i > len(d.texts):
		d.err = errDamaged
		return ""
	}
	s := string(d.take(d.number()))
	d.texts = append(d.texts, s)
	return s
}

func (d *decoder) value(v reflect.Value) {
	if d.err == nil && !v.CanSet() {
		d.err = fmt.Errorf("kept: a hidden field of type %s cannot be read back", v.Type())
	}
	if d.err != nil {
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(d.number() == 1)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		x, n := binary.Varint(d.b)
		if n <= 0 {
			d.err, n = errDamaged, 0
		}
		d.take(n)
		v.SetInt(x)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(d.unsigned())
	case reflect.Float32, reflect.Float64:
		if b := d.take(8); len(b) == 8 {
			v.SetFloat(math.Float64frombits(binary.LittleEndian.Uint64(b)))
		}
	case reflect.String:
		v.SetString(d.text())
	case reflect.Struct:
		for i := range v.NumField() {
			d.value(v.Field(i))
		}
	case reflect.Array:
		d.list(v)
	case reflect.Pointer:
		if d.number() == 1 {
			v.Set(reflect.New(v.Type().Elem()))
			d.value(v.Elem())
		}
	case reflect.Slice:
		if n := d.number(); n > 0 && n-1 <= len(d.b) { // each takes a byte at least
			v.Set(reflect.MakeSlice(v.Type(), n-1, n-1))
			d.list(v)
		} else if n > 0 {
			d.err = errDamaged
		}
	default: // a nil
		if d.number() != 0 {
			d.err = errDamaged
		}
	}
}

func (d *decoder) list(v reflect.Value) {
	for i := range v.Len() {
		d.value(v.Index(i))
	}
}

const head = "divergent kept 1\n"

// Bytes returns the values as a file: a line each of what it is, of the code, and of the
// checksum of what follows.
func (v Values) Bytes() []byte {
	var body []byte
	for _, key := range slices.Sorted(maps.Keys(v.Of)) {
		for _, part := range [][]byte{[]byte(key), v.Of[key]} {
			body = append(binary.AppendUvarint(body, uint64(len(part))), part...)
		}
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		panic("kept: no such compression") // only if the constant above is none
	}
	w.Write(body)
	w.Close()
	return append([]byte(head+v.Code+"\n"+files.Checksum(packed.Bytes())+"\n"), packed.Bytes()...)
}

// Leftover reports whether a file is one of values, or the beginning of one.
func Leftover(b []byte) bool {
	return bytes.HasPrefix(b, []byte(head)) || bytes.HasPrefix([]byte(head), b)
}

// largest is beyond what is kept of a model.
const largest = 256 << 20

// Load reads a file of values. What is truncated, edited or of another version is an error.
func Load(dir fs.FS, name string) (Values, error) {
	b, err := files.Read(dir, name, largest)
	if err != nil {
		return Values{}, err
	}
	v, err := parse(b)
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return v, err
}

func parse(b []byte) (Values, error) {
	rest, ok := bytes.CutPrefix(b, []byte(head))
	code, rest, more := bytes.Cut(rest, []byte("\n"))
	sum, packed, end := bytes.Cut(rest, []byte("\n"))
	if !ok || !more || !end || files.Checksum(packed) != string(sum) {
		return Values{}, errDamaged
	}
	body, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), largest))
	if err != nil {
		return Values{}, errDamaged
	}
	v, d := Values{string(code), map[string][]byte{}}, decoder{b: body}
	for len(d.b) > 0 && d.err == nil {
		key := string(d.take(d.number()))
		v.Of[key] = d.take(d.number())
	}
	return v, d.err
}
