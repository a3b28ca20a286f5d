package main

import (
	"bufio"
	"encoding/binary"
	"io"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
)

// encode turns pods, one a line of JSON, into protobuf as the API server writes it, each after its length: client-go asks for that where it
// may, and the benchmark's server has no encoder of its own.
func encode(from io.Reader, to io.Writer) error {
	info, _ := runtime.SerializerInfoForMediaType(scheme.Codecs.SupportedMediaTypes(), runtime.ContentTypeProtobuf)
	encoder := scheme.Codecs.EncoderForVersion(info.Serializer, v1.SchemeGroupVersion)
	decoder := scheme.Codecs.UniversalDeserializer()
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<20)
	out := bufio.NewWriter(to)
	for lines.Scan() {
		pod, _, err := decoder.Decode(lines.Bytes(), nil, nil)
		if err != nil {
			return err
		}
		encoded, err := runtime.Encode(encoder, pod)
		if err != nil {
			return err
		}
		if err := binary.Write(out, binary.BigEndian, uint32(len(encoded))); err != nil {
			return err
		}
		if _, err := out.Write(encoded); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return out.Flush()
}
