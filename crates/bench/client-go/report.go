package main

import (
	"encoding/json"
	"hash/fnv"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	v1 "k8s.io/api/core/v1"
)

// seen says of which objects a phase was, so that no side is measured on less: their number, and the sum of a hash of each one's key and
// version.
type seen struct {
	Objects int    `json:"objects"`
	Sum     uint64 `json:"sum"`
}

func (all *seen) add(pod *v1.Pod) {
	hash := fnv.New64a()
	hash.Write([]byte(pod.Namespace + "/" + pod.Name + " " + pod.ResourceVersion))
	all.Objects++
	all.Sum += hash.Sum64()
}

// phase is what one line says.
type phase struct {
	Seconds float64 `json:"seconds"`
	// What all threads have used meanwhile.
	CPU float64 `json:"cpu"`
	seen
	// Bytes: what the heap holds after a collection, and the most that was resident.
	Held     uint64 `json:"held"`
	Resident uint64 `json:"resident"`
}

// start is where a phase begins.
type start struct {
	wall time.Time
	cpu  time.Duration
}

func now() start {
	return start{time.Now(), cpu()}
}

// report ends the phase, and prints what it was once look has said of which objects.
func (from start) report(look func() seen) error {
	took, used := time.Since(from.wall), cpu()-from.cpu
	resident := resident()
	all := look()
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	line := phase{Seconds: took.Seconds(), CPU: used.Seconds(), seen: all, Held: memory.HeapAlloc, Resident: resident}
	return json.NewEncoder(os.Stdout).Encode(line)
}

// cpu is the time that the process has used.
func cpu() time.Duration {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// resident is the most that was resident so far, where the system says it as Linux does; else 0.
func resident() uint64 {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if size, found := strings.CutPrefix(line, "VmHWM:"); found {
			kibibytes, _ := strconv.ParseUint(strings.Fields(size)[0], 10, 64)
			return kibibytes << 10
		}
	}
	return 0
}
