// artifact-store makes the folders that versitygw wants to find, and becomes versitygw: its image is FROM scratch and
// has no shell to do so. Every VGW_ variable of versitygw's own goes before what is set here.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "artifact-store:", err)
		os.Exit(1)
	}
}

func run() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	data := orElse("BUGHIVE_ARTIFACTS_DATA", "/data")
	objects, metadata := filepath.Join(data, "objects"), filepath.Join(data, "metadata")
	for _, folder := range []string{objects, metadata} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return fmt.Errorf("%w: the volume has to be writable for user %d (fsGroup)", err, os.Getuid())
		}
	}
	for name, value := range map[string]string{
		// Beside the objects, for not every volume has extended attributes.
		"VGW_META_SIDECAR": metadata,
		"VGW_HEALTH":       "/healthz",
		"VGW_PORT":         ":7070",
		"VGW_QUIET":        "true",
	} {
		if err := os.Setenv(name, orElse(name, value)); err != nil {
			return err
		}
	}
	program := filepath.Join(filepath.Dir(self), "versitygw")
	return syscall.Exec(program, []string{program, "posix", objects}, os.Environ())
}

func orElse(name, value string) string {
	if given := os.Getenv(name); given != "" {
		return given
	}
	return value
}
