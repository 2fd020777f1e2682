package journal

// OS is the operating system's file system.
var OS FileSystem = osFiles{}
