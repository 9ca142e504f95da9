import Testing

@testable import Replication

/// All interleavings of small histories, for shards of three cells.
@Suite struct RegisterExplorationTests {
    private let majority = QuorumRule(tier: .critical)

    private func explore(
        _ tasks: [RegisterExplorer.Task], rule: QuorumRule? = nil, losses: Int = 0, timeouts: Int = 0
    ) -> RegisterExplorer {
        var explorer = RegisterExplorer(tasks: tasks)
        explorer.explore(
            rule: rule ?? majority, replicas: 3, losses: losses, timeouts: timeouts, limit: 500_000)
        return explorer
    }

    @Test func twoWritersOfWhichOneMayBeLate() {
        let explorer = explore([.init(kind: .write), .init(kind: .write)], losses: 2, timeouts: 1)
        #expect(explorer.violation == nil)
        #expect(explorer.endings.contains { $0.contains(.unknown) })
    }

    @Test func aReaderAfterAWriterThatAnotherOverlaps() {
        let explorer = explore(
            [.init(kind: .write), .init(kind: .write), .init(kind: .read, after: [0])])
        #expect(explorer.violation == nil)
    }

    @Test func twoWritersAndAReaderAtOnce() {
        let explorer = explore([.init(kind: .write), .init(kind: .write), .init(kind: .read)])
        #expect(explorer.violation == nil)
    }

    @Test func twoReadersOneAfterTheOtherWhileAWriterFails() {
        let explorer = explore(
            [.init(kind: .write), .init(kind: .read), .init(kind: .read, after: [1])], timeouts: 1)
        #expect(explorer.violation == nil)
    }

    // What a wrong rule would do is seen.

    @Test func aReaderWithoutWriteBackSeesOlderThanAReaderBefore() {
        let rule = QuorumRule(read: .count(2), write: .count(2), readsAll: false, writesBack: false)
        let explorer = explore(
            [.init(kind: .write), .init(kind: .read), .init(kind: .read, after: [1])], rule: rule)
        #expect(explorer.violation?.contains("a read returned") == true)
    }

    @Test func quorumsThatDoNotMeetLoseAWrite() {
        let rule = QuorumRule(read: .count(1), write: .count(2), readsAll: false, writesBack: true)
        let explorer = explore([.init(kind: .write, after: [1]), .init(kind: .write)], rule: rule)
        #expect(explorer.violation?.contains("a write took") == true)
    }
}
