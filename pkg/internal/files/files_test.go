package files

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWriteReplacesWholeFiles(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a", "b.csv")
	for _, text := range []string{"first", "second", "second", ""} {
		if err := Write(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(name); err != nil || string(b) != text {
			t.Errorf("%q, %v: want %q", b, err, text)
		}
	}
	if left, _ := os.ReadDir(filepath.Dir(name)); len(left) != 1 {
		t.Errorf("%d files: want no temporary ones", len(left))
	}
}

func TestUnwritableFoldersAreNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := Write(file, nil); err != nil {
		t.Fatal(err)
	}
	err := Write(filepath.Join(file, "below", "x"), nil)
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "want a folder you may write to") {
		t.Errorf("error %v: want one line with a fix", err)
	}
}

// SHA-256 of "abc", FIPS 180-4, and CSV quoting as in RFC 4180.
func TestChecksumAndCSV(t *testing.T) {
	if got := Checksum([]byte("abc")); got != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Error(got)
	}
	got := string(CSV([]string{"a", "b"}, 1, func(int) []string { return []string{"x, y", `"`} }))
	if got != "a,b\n\"x, y\",\"\"\"\"\n" {
		t.Errorf("%q", got)
	}
}
