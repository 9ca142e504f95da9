import Testing

// Three courses beside each other, since all of them wait for most of their time. In each a test comes after the other and has a mesh
// of its own: the machine is shared.

/// Tests with real processes: how they start, fail, are found and end.
@Suite(.serialized, .ownThreads) struct EndToEnd {}

/// Tests with real processes that move customers.
@Suite(.serialized, .ownThreads) struct EndToEndMoves {}

/// Tests with real processes of which something is broken: faults, drills, files that are damaged.
@Suite(.serialized, .ownThreads) struct EndToEndFaults {}

@Suite struct EndToEndThreads {
    @Test(.ownThreads) func testsThatWaitDoNotDoSoInThePool() {
        #expect(OwnThreads.areUsed)
    }
}
