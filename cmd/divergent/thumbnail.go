package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/image/draw"
)

// thumbnailWidth in pixels serves the README's figure and its table.
const thumbnailWidth = 640

// thumbnail writes a small picture of an executed notebook: the first figure of
// the cell tagged "thumbnail", or of the first cell that has one. A notebook
// without figures gets none.
func (d document) thumbnail(path string) error {
	data := d.figure(true)
	if data == "" {
		data = d.figure(false)
	}
	if data == "" {
		return nil
	}
	b, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return fmt.Errorf("thumbnail: %w", err)
	}
	full, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return fmt.Errorf("thumbnail: %w", err)
	}
	size := full.Bounds().Size()
	small := image.NewPaletted(image.Rect(0, 0, thumbnailWidth, max(1, thumbnailWidth*size.Y/max(1, size.X))), greysAndColours())
	fine := image.NewRGBA(small.Bounds())
	draw.CatmullRom.Scale(fine, fine.Bounds(), full, full.Bounds(), draw.Src, nil)
	draw.Draw(small, small.Bounds(), fine, image.Point{}, draw.Src)
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, small); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return writeFile(path, out.Bytes())
}

// figure returns the first PNG, base64, of the tagged cell or of any.
func (d document) figure(tagged bool) string {
	for _, c := range d.Cells {
		meta, _ := c["metadata"].(map[string]any)
		tags, _ := meta["tags"].([]any)
		if tagged && !slices.Contains(tags, any("thumbnail")) {
			continue
		}
		for _, o := range c.outputs() {
			if data, ok := o["data"].(map[string]any); ok && data["image/png"] != nil {
				return text(data["image/png"])
			}
		}
	}
	return ""
}

// greysAndColours is a palette of 40 greys and a 6×6×6 colour cube: a quarter of
// the bytes of true colour, at a size where the difference does not show.
func greysAndColours() color.Palette {
	var p color.Palette
	for i := range 40 {
		p = append(p, color.Gray{Y: uint8(i * 255 / 39)})
	}
	for i := range 216 {
		p = append(p, color.RGBA{R: uint8(i / 36 * 51), G: uint8(i / 6 % 6 * 51), B: uint8(i % 6 * 51), A: 255})
	}
	return p
}
