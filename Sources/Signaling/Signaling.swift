// The module Signaling begins here.
