import Testing

/// Tests with real processes: how they start, fail, are found and end. One after the other: each has a mesh of its own, and
/// the machine is shared.
@Suite(.serialized) struct EndToEnd {}

/// Tests with real processes that move customers or rehearse that, beside those of `EndToEnd`: both wait for most of their
/// time, so that two at once take little more than half of it.
@Suite(.serialized) struct EndToEndMoves {}
