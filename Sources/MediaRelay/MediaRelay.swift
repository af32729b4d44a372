// The module MediaRelay begins here.
