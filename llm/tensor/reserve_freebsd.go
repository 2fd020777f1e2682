package tensor

const noReserve = 0 // the system never counts a private mapping before it is touched
