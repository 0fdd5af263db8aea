package files

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// sumField precedes the checksum of a sealed file, its last field.
const sumField = ",\n  \"Sum\": \""

// Seal returns v, a struct with fields, as indented JSON with a last field Sum:
// the SHA-256 of the same JSON with an empty Sum. A value that Unseal would not
// read back is an error: one with text that is not UTF-8, for example.
func Seal(v any) ([]byte, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, err
	}
	body, ok := bytes.CutSuffix(b, []byte("\n}"))
	if !ok {
		panic("files: only a struct with fields can be sealed")
	}
	b = seal(body)
	// Some values are not read back as they were, such as text that is not UTF-8.
	if err := Unseal(b, reflect.New(reflect.Indirect(reflect.ValueOf(v)).Type()).Interface()); err != nil {
		return nil, fmt.Errorf("%T cannot be read back from JSON: %w", v, err)
	}
	return b, nil
}

func seal(body []byte) []byte {
	with := func(sum string) []byte { return fmt.Appendf(nil, "%s%s%s\"\n}\n", body, sumField, sum) }
	return with(Checksum(with("")))
}

// Unseal reads into v what Seal has written of such a value, and nothing else:
// a missing or wrong Sum, an unknown field, one that stands twice or in another
// spelling, and anything that follows are errors. Numbers in fields of type any
// become json.Number. Of a file with an error v holds what could be read, so that
// one of another version can be told from a damaged one.
func Unseal(b []byte, v any) error {
	at := bytes.LastIndex(b, []byte(sumField))
	if at < 0 || !bytes.Equal(b, seal(b[:at])) {
		_ = json.Unmarshal(b, v) // as far as it goes
		return errors.New("its checksum, the last field Sum, is missing or does not fit, so it was truncated or edited")
	}
	fresh := reflect.New(reflect.TypeOf(v).Elem()) // a map in v would keep entries of its own
	dec := json.NewDecoder(bytes.NewReader(append(bytes.Clone(b[:at]), "\n}"...)))
	dec.DisallowUnknownFields()
	dec.UseNumber()
	err := dec.Decode(fresh.Interface())
	reflect.ValueOf(v).Elem().Set(fresh.Elem())
	if err != nil {
		return err
	}
	if again, err := json.MarshalIndent(v, "", "  "); err != nil || !bytes.Equal(append(bytes.Clone(b[:at]), "\n}"...), again) {
		return errors.New("a field stands twice, is missing or is not spelt as it was written")
	}
	return nil
}
