package store

import "testing"

// Lines of an earlier version are no damage.
func TestJournalsOfAnEarlierVersion(t *testing.T) {
	old := []byte(`{"Engine":"2","Kernel":"divergent-avx512/amd64","Key":"1a1e13bb0dc8c9257858b464","Seed":0,"Arm":"ketamine","Rows":null,"Traces":null}`)
	if found, damaged := parseJournal(append(summed(old), '\n')); len(found) != 0 || damaged != 0 {
		t.Errorf("%d cells and %d damaged lines, want none", len(found), damaged)
	}
}
