// The Go side of Kubewire's benchmark: client-go's informer and its plain watch, against the server that the benchmark runs.
//
//	client-go informer URL CHANGES   a SharedIndexInformer: its start, and so many changes after it
//	client-go watch URL CHANGES      a plain watch of so many changes
//	client-go json-informer …        the same by JSON; by itself client-go asks for protobuf
//	client-go json-watch …
//	client-go encode                 pods as protobuf, for the server
//
// It prints one line of JSON for each phase, which the benchmark reads and checks.
package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(words []string) error {
	if slices.Equal(words, []string{"encode"}) {
		return encode(os.Stdin, os.Stdout)
	}
	if len(words) != 3 {
		return fmt.Errorf("usage: client-go [json-]informer|watch URL CHANGES, or client-go encode")
	}
	changes, err := strconv.Atoi(words[2])
	if err != nil {
		return err
	}
	// Without a limit of requests: the server is ours.
	config := &rest.Config{Host: words[1], QPS: -1}
	role, json := strings.CutPrefix(words[0], "json-")
	if json {
		config.ContentType = "application/json"
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	switch role {
	case "informer":
		return informer(client, changes)
	case "watch":
		return watch(client, changes)
	}
	return fmt.Errorf("no such role: %s", words[0])
}

// informer fills a cache, and waits until so many changes have been handled.
func informer(client kubernetes.Interface, changes int) error {
	start := now()
	pods := informers.NewSharedInformerFactory(client, 0).Core().V1().Pods().Informer()
	done := make(chan struct{})
	updates := 0
	handler := cache.ResourceEventHandlerFuncs{UpdateFunc: func(_, _ any) {
		if updates++; updates == changes {
			close(done)
		}
	}}
	handled, err := pods.AddEventHandler(handler)
	if err != nil {
		return err
	}
	go pods.Run(context.Background().Done())
	// Its handler has seen every object, as the others' streams have told every object.
	for !handled.HasSynced() {
		time.Sleep(time.Millisecond)
	}
	look := func() seen { return sums(pods.GetStore()) }
	if err := start.report(look); err != nil {
		return err
	}
	start = now()
	<-done
	return start.report(look)
}

func sums(store cache.Store) seen {
	var all seen
	for _, object := range store.List() {
		all.add(object.(*v1.Pod))
	}
	return all
}

// watch reads so many changes.
func watch(client kubernetes.Interface, changes int) error {
	start := now()
	watching, err := client.CoreV1().Pods("").Watch(context.Background(), metav1.ListOptions{})
	if err != nil {
		return err
	}
	defer watching.Stop()
	var all seen
	for event := range watching.ResultChan() {
		pod, fits := event.Object.(*v1.Pod)
		if !fits {
			return fmt.Errorf("an event of type %s with a %T", event.Type, event.Object)
		}
		if all.add(pod); all.Objects == changes {
			return start.report(func() seen { return all })
		}
	}
	return fmt.Errorf("the watch ended after %d changes", all.Objects)
}
