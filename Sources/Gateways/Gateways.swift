// The module Gateways begins here.
