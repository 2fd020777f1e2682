package journal

// OS is the operating system's file system.
var OS FileSystem = osFiles{}

// Encode writes a record as a line, and Split takes one apart.
var (
	Encode = encode
	Split  = split
)
