import MeshBase
import Replication
import Sharding
import Testing
import Topology

@testable import Nodes
@testable import Wire

/// What one cell has acknowledged comes to the others.
@Suite struct HintDeliveryTests {
    private let store = StoreSettings(tiers: [.init(prefix: "session/", tier: .important)])

    @Test func onlyTierImportantLeavesHints() {
        let cell = CellHarness(topology(store: store))
        cell.node.wallOffset = 1_764_000_000_000_000_000
        for key in ["k1", "session/1"] { cell.send(.recordWrite, key, version: RecordVersion(counter: 1, writer: 1)) }
        cell.send(.recordRead, "session/1")
        #expect(cell.sink.orders.map { $0.hintedAt > 0 } == [false, true, false])
        let critical = CellHarness(topology())
        #expect(critical.node.hintStatus == nil && critical.node.hints.nextDeadline == .distantFuture)
    }

    private let keeper: CellHarness
    private let peer: CellHarness
    private let line = RecordLine(
        position: RecordPosition(customer: Array("c9".utf8), key: Array("session/1".utf8)),
        version: RecordVersion(counter: 7, writer: 1), tombstone: false)

    init() {
        keeper = CellHarness(topology(store: store), cell: 0)
        peer = CellHarness(topology(store: store), cell: 1, port: 7110)
    }

    /// Runs both until `end`, every 10 ms, delivering datagrams at once.
    private func run(from start: Instant, to end: Instant) {
        var now = start
        while now < end {
            now += .milliseconds(10)
            for (one, other) in [(keeper, peer), (peer, keeper)] {
                one.node.wake(now: now, into: &one.sink)
                let mail = one.sink.datagrams
                one.sink.datagrams = []
                for (_, bytes) in mail {
                    bytes.withUnsafeBytes {
                        other.node.handle(datagram: $0, from: one.endpoint, now: now, into: &other.sink)
                    }
                }
            }
        }
    }

    private func takeOrder() -> StoreOrder? {
        defer { keeper.sink.orders = [] }
        return keeper.sink.orders.count == 1 ? keeper.sink.orders[0] : nil
    }

    private func answer(_ question: CellRecorder.Question, body: [UInt8] = [], now: Instant) {
        let head = FrameHead(
            kind: .reply, status: 200, request: question.head.request, customer: CustomerHash(rawValue: 0),
            epoch: .first)
        body.withUnsafeBytes {
            let view = FrameView(head: head, customer: .empty, name: .empty, note: .empty, body: $0)
            keeper.node.handle(answer: view, from: question.cell, now: now, into: &keeper.sink)
        }
    }

    @Test func whoLacksARecordIsSentItAndTheHintStaysWhileOneIsAway() throws {
        keeper.node.start(seeds: [], now: .zero, into: &keeper.sink)
        peer.node.start(seeds: [keeper.endpoint], now: .zero, into: &peer.sink)
        run(from: .zero, to: .at(1_500))
        let page = try #require(takeOrder())
        var isPage = false
        if case .hints = page.operation { isPage = true }
        try #require(isPage)
        keeper.node.stored(
            StoreAnswer(ticket: page.ticket, outcome: .hinted([line], total: 1, oldest: 5)), now: .at(1_500),
            into: &keeper.sink)
        #expect(keeper.node.hintStatus?.outstanding == 1)
        // The third cell is not there.
        #expect(keeper.sink.opened == [CellIndex(1)])
        keeper.node.linkUp(CellIndex(1), now: .at(1_510), into: &keeper.sink)
        let question = try #require(keeper.sink.questions.first)
        #expect(question.head.kind == .hints && question.cell == CellIndex(1))
        let told = question.body.withUnsafeBytes { RecordPages.listing($0)?.lines }
        #expect(told == [line])
        answer(question, body: [1], now: .at(1_510))
        // Its own record first, then that of the other.
        let read = try #require(takeOrder())
        #expect(read.operation == .read && read.key == line.position.key)
        keeper.node.stored(
            StoreAnswer(
                ticket: read.ticket,
                outcome: .record(version: line.version, value: [1, 2], tombstone: false, absent: 0)), now: .at(1_510),
            into: &keeper.sink)
        let write = keeper.sink.questions[1]
        #expect(write.head.kind == .recordWrite && write.body == [1, 2] && write.head.versionCounter == 7)
        answer(write, now: .at(1_510))
        #expect(keeper.node.hintStatus?.delivered == 1)
        run(from: .at(1_510), to: .at(3_600))
        let next = keeper.sink.orders.map(\.operation)
        #expect(next.allSatisfy { if case .hints = $0 { true } else { false } }, "\(next)")
    }

    @Test func whatEveryMemberHasIsSettled() throws {
        var hints = HintDelivery(isOn: true)
        hints.begin([line, line], missing: [[1, 2], [1]], now: .zero)
        hints.missing[1].remove(1)
        #expect(!hints.isOver(now: .zero) && hints.isOver(now: .at(2_000)))
        #expect(hints.complete == [line])
        hints.missing[0] = []
        #expect(hints.isOver(now: .zero))
        hints.end(now: .zero)
        #expect(!hints.isComparing && hints.nextDeadline == .at(1_000))
    }

    /// Of what goes with the next entry one member is enough, unless another may have known of its deletion.
    @Test func whatGoesIsSettledByOneMemberAndNeverSentAgainstADeletion() {
        var hints = HintDelivery(isOn: true)
        var other = line
        other.version.counter = 3
        hints.begin([line, other, line], missing: [[1, 2], [1, 2], [1, 2]], leaving: [0, 1], now: .zero)
        hints.opening(CellIndex(1), now: .zero)
        hints.opened(CellIndex(1))
        let number = hints.ask(.lacks([0, 1, 2]), of: CellIndex(1))
        // What a member may know is waited for, but not for ever; what stays is sent at once.
        #expect(!hints.maySend(0, now: .zero) && hints.maySend(2, now: .zero) && hints.maySend(0, now: .at(1_000)))
        _ = hints.answered(number, by: CellIndex(1))
        #expect(hints.maySend(0, now: .zero) && hints.complete.isEmpty)
        hints.toSend = [(0, CellIndex(1)), (1, CellIndex(1))]
        let isDropped = hints.mayBeCollected(1)
        let staysToBeSent = !hints.mayBeCollected(2)
        #expect(isDropped && staysToBeSent && hints.toSend.map(\.line) == [0])
        hints.toSend = []
        hints.holds(0, CellIndex(1), wasSent: true)
        #expect(hints.complete == [line, other] && hints.isOver(now: .zero))
        hints.end(now: .zero)
        #expect(hints.handedOver == 1 && hints.stale == 1)
    }

    /// A link that breaks gives back the room of what was on its way.
    @Test func aLostLinkHoldsNothingUp() {
        var hints = HintDelivery(isOn: true)
        hints.begin([line], missing: [[1, 2]], now: .zero)
        hints.opening(CellIndex(1), now: .zero)
        hints.opened(CellIndex(1))
        hints.sending = 1
        hints.toSend = [(0, CellIndex(1)), (0, CellIndex(2))]
        let number = hints.ask(.write(line: 0), of: CellIndex(1))
        #expect(HintDelivery.isItsOwn(number) && hints.answered(number, by: CellIndex(2)) == nil)
        let wasOne = hints.lost(CellIndex(1), now: .zero)
        let isOne = hints.lost(CellIndex(1), now: .zero)
        #expect(wasOne && !isOne)
        #expect(hints.sending == 0 && hints.toSend.count == 1 && hints.answered(number, by: CellIndex(1)) == nil)
    }
}
