package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"slices"

	"golang.org/x/image/draw"
)

// thumbnailWidth in pixels serves the README's figure and its table.
const thumbnailWidth = 640

// largestPicture in pixels is ten times the largest figure; a small file may claim
// more than there is memory for.
const largestPicture = 100_000_000

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
	c, err := png.DecodeConfig(bytes.NewReader(b))
	if err == nil && c.Width*c.Height > largestPicture {
		err = fmt.Errorf("picture of %d × %d pixels: want %d at most", c.Width, c.Height, largestPicture)
	}
	if err != nil {
		return fmt.Errorf("thumbnail: %w", err)
	}
	full, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return fmt.Errorf("thumbnail: %w", err)
	}
	size := full.Bounds().Size()
	high := min(max(1, thumbnailWidth*size.Y/max(1, size.X)), 10*thumbnailWidth)
	small := image.NewRGBA(image.Rect(0, 0, thumbnailWidth, high))
	draw.CatmullRom.Scale(small, small.Bounds(), full, full.Bounds(), draw.Src, nil)
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, small); err != nil {
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
