/// The targets of this group; the script reads their names from here.
let fuzzTargets = [
    FuzzTarget(name: "LineFraming", run: fuzzLineFraming),
    FuzzTarget(name: "JSON", run: fuzzJSON),
    FuzzTarget(name: "XML", run: fuzzXML),
    FuzzTarget(name: "WebSocket", run: fuzzWebSocket),
    FuzzTarget(name: "Engine", run: fuzzEngine),
    FuzzTarget(name: "SocketIO", run: fuzzSocketIO),
    FuzzTarget(name: "MIM", run: fuzzMIM),
    FuzzTarget(name: "LineSequence", run: fuzzLineSequence),
]
