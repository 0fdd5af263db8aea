//go:build !amd64.v3

package kernel

import "runtime"

const target = runtime.GOARCH
