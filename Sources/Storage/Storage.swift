// The module Storage begins here.
