/// The targets of this group; the script reads their names from here.
let fuzzTargets = [
    FuzzTarget(name: "LineFraming", run: fuzzLineFraming),
    FuzzTarget(name: "LineSequence", run: fuzzLineSequence),
]
