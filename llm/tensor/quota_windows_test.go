package tensor

import (
	"testing"
	"time"
)

func processTime(*testing.T) time.Duration { return 0 }
