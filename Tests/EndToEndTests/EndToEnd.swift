import Testing

/// Tests with real processes. One after the other: each has a mesh of its own, and the machine is shared.
@Suite(.serialized) struct EndToEnd {}
