package plots
import ("testing";"os";"context";"fmt";"divergent/pkg/study")
func TestZZ(t *testing.T){
	os.MkdirAll("/tmp/figs",0o755)
	for name, draw := range zz {
		f, err := draw()
		if err != nil { t.Error(name, err); continue }
		f.DPI=130
		if err := f.Save("/tmp/figs/"+name+".png"); err != nil { t.Error(name, err) }
	}
}
var zz = map[string]func() (*Figure, error){
 "course": func() (*Figure, error) { return Course(Study("chronic-stress")) },
 "first": func() (*Figure, error) { return FirstRelapse(Study("chronic-stress")) },
 "illness": func() (*Figure, error) { return Illness(Study("chronic-stress"),Study("withdrawal"),Study("kindling")) },
 "manic": func() (*Figure, error) { return ManicSwitch(Study("manic-switch")) },
 "withdrawal": func() (*Figure, error) { return Withdrawal(Study("withdrawal")) },
 "kindling": func() (*Figure, error) { return Kindling(Study("kindling")) },
}
func TestTinyR(t *testing.T){
 var all []*study.Result
 for _, n := range []int{6} {
 for _, name := range []string{"manic-switch"} {
	d, _ := study.Named(name)
	d.Sizes, d.Points, d.Baseline.Epochs = []int{2, 32, 16, 4}, study.Counts{Train: 256, Standard: 64, Clean: 8}, 5
	d.Seeds = d.Seeds[:n]
	r, err := study.Runner{}.Run(context.Background(), d)
	if err != nil { t.Fatal(err) }
	all = append(all, r)
	for k, draw := range map[string]func(*study.Result)(*Figure,error){"ManicSwitch":ManicSwitch,"Withdrawal":Withdrawal,"Replication":Replication,"Recovery":Recovery,
		"Course": func(r *study.Result)(*Figure,error){return Course(r)},"FirstRelapse":func(r *study.Result)(*Figure,error){return FirstRelapse(r)},"Kindling":func(r *study.Result)(*Figure,error){return Kindling(r)}, "Illness":func(r *study.Result)(*Figure,error){return Illness(r)}} {
		f, err := draw(r)
		if err != nil { fmt.Println(name, k, err); continue }
		f.DPI=110
		if err := f.Save(fmt.Sprintf("/tmp/figs/tiny-%s-%d-%s.png",name,n,k)); err != nil { t.Error(name, k, err) }
	}
 }}




}
