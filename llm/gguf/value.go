package gguf

import (
	"errors"
	"fmt"
	"math"
)

// kind is the type of a metadata value in the file.
type kind uint32

const (
	kindUint8   kind = 0
	kindInt8    kind = 1
	kindUint16  kind = 2
	kindInt16   kind = 3
	kindUint32  kind = 4
	kindInt32   kind = 5
	kindFloat32 kind = 6
	kindBool    kind = 7
	kindString  kind = 8
	kindArray   kind = 9
	kindUint64  kind = 10
	kindInt64   kind = 11
	kindFloat64 kind = 12
)

// size is the least number of bytes that a value takes.
func (k kind) size() int {
	switch k {
	case kindUint8, kindInt8, kindBool:
		return 1
	case kindUint16, kindInt16:
		return 2
	case kindUint32, kindInt32, kindFloat32:
		return 4
	case kindString, kindUint64, kindInt64, kindFloat64:
		return 8
	case kindArray:
		return 12
	}
	return 0
}

// ErrMissing says that a metadata key is not there.
var ErrMissing = errors.New("missing")

// KeyError says what is wrong with a metadata key.
type KeyError struct {
	Key string
	Err error
}

func (e *KeyError) Error() string { return fmt.Sprintf("metadata key %s: %v", e.Key, e.Err) }

func (e *KeyError) Unwrap() error { return e.Err }

// Value returns the value of a key as a Go value: a number of the file's type, bool,
// string, or a slice of these. The second result is false if it is not there.
func (f *File) Value(key string) (any, bool) {
	v, ok := f.meta[key]
	return v, ok
}

// Keys returns the metadata keys in the file's order.
func (f *File) Keys() []string { return f.keys }

// String returns a string value.
func (f *File) String(key string) (string, error) {
	v, ok := f.meta[key]
	if !ok {
		return "", &KeyError{key, ErrMissing}
	}
	s, ok := v.(string)
	if !ok {
		return "", &KeyError{key, fmt.Errorf("is a %T, want a string", v)}
	}
	return s, nil
}

// Int returns an integer value of any width.
func (f *File) Int(key string) (int, error) {
	v, ok := f.meta[key]
	if !ok {
		return 0, &KeyError{key, ErrMissing}
	}
	switch v := v.(type) {
	case uint8:
		return int(v), nil
	case int8:
		return int(v), nil
	case uint16:
		return int(v), nil
	case int16:
		return int(v), nil
	case uint32:
		return int(v), nil
	case int32:
		return int(v), nil
	case int64:
		return int(v), nil
	case uint64:
		if v > math.MaxInt64 {
			return 0, &KeyError{key, fmt.Errorf("%d is too large", v)}
		}
		return int(v), nil
	}
	return 0, &KeyError{key, fmt.Errorf("is a %T, want an integer", v)}
}

// Float returns a number as float64.
func (f *File) Float(key string) (float64, error) {
	switch v := f.meta[key].(type) {
	case float32:
		return float64(v), nil
	case float64:
		return v, nil
	}
	i, err := f.Int(key)
	return float64(i), err
}

// Strings returns an array of strings.
func (f *File) Strings(key string) ([]string, error) { return array[string](f, key) }

// Int32s returns an array of 32-bit integers.
func (f *File) Int32s(key string) ([]int32, error) { return array[int32](f, key) }

func array[T any](f *File, key string) ([]T, error) {
	v, ok := f.meta[key]
	if !ok {
		return nil, &KeyError{key, ErrMissing}
	}
	a, ok := v.([]T)
	if !ok {
		var want []T
		return nil, &KeyError{key, fmt.Errorf("is a %T, want %T", v, want)}
	}
	return a, nil
}

// Float32s returns an array of 32-bit floats.
func (f *File) Float32s(key string) ([]float32, error) { return array[float32](f, key) }
