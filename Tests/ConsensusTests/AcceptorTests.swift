import MeshBase
import Testing

@testable import Consensus

@Suite struct AcceptorTests {
    private let members = (0..<3).map { Decider(cell: CellIndex($0), store: UInt64(100 + $0)) }
    private var set: DeciderSet { DeciderSet(epoch: Epoch(2), phase: .stable(members))! }
    private var seat: DeciderSeat { DeciderSeat(decider: members[0], set: set) }
    private func ballot(_ round: UInt32, epoch: UInt32 = 2, by proposer: UInt64 = 1) -> Ballot {
        Ballot(epoch: Epoch(epoch), round: round, proposer: proposer)
    }

    @Test func ballotsAreOrderedByEpochThenRoundThenProposer() {
        #expect(ballot(9, epoch: 1, by: 9) < ballot(1))
        #expect(ballot(1, by: 9) < ballot(2))
        #expect(ballot(2, by: 1) < ballot(2, by: 2))
        #expect(Ballot.none < ballot(0, epoch: 0, by: 1))
    }

    @Test func aPromiseHoldsOffWhatIsBelow() {
        var acceptor = Acceptor()
        #expect(acceptor.prepare(ballot(2), at: seat).outcome == .promised(nil))
        #expect(acceptor.prepare(ballot(1), at: seat).outcome == .outdated(by: ballot(2)))
        // Once: who begins the same round again may decide another value in it.
        #expect(acceptor.prepare(ballot(2), at: seat).outcome == .outdated(by: ballot(2)))
        #expect(acceptor.accept(ballot(1), value: [1], of: .plan, at: seat).outcome == .outdated(by: ballot(2)))
        #expect(acceptor.accepted == nil)
        #expect(acceptor.accept(ballot(2), value: [2], of: .plan, at: seat).outcome == .accepted)
        #expect(acceptor.accept(ballot(2), value: [2], of: .plan, at: seat).outcome == .accepted)
        #expect(acceptor.accept(ballot(2), value: [3], of: .plan, at: seat).outcome == .invalid)
        #expect(acceptor.prepare(ballot(3), at: seat).outcome == .promised(.init(ballot: ballot(2), value: [2])))
    }

    @Test func anAcceptanceIsAPromiseToo() {
        var acceptor = Acceptor(founding: [7])
        #expect(acceptor.accept(ballot(5), value: [8], of: .plan, at: seat).outcome == .accepted)
        #expect(acceptor.prepare(ballot(4), at: seat).outcome == .outdated(by: ballot(5)))
    }

    @Test func anotherSetIsRefusedAndChangesNothing() {
        var acceptor = Acceptor()
        _ = acceptor.prepare(ballot(1), at: seat)
        let before = acceptor
        for epoch in [1, 3] as [UInt32] {
            #expect(acceptor.prepare(ballot(8, epoch: epoch), at: seat).outcome == .otherSet(set))
            #expect(
                acceptor.accept(ballot(8, epoch: epoch), value: [], of: .plan, at: seat).outcome == .otherSet(set))
        }
        let stranger = DeciderSeat(decider: Decider(cell: CellIndex(0), store: 9), set: set)
        #expect(acceptor.prepare(ballot(8), at: stranger).outcome == .otherSet(set))
        #expect(
            acceptor.prepare(ballot(8), at: DeciderSeat(decider: members[0], set: nil)).outcome == .otherSet(nil))
        #expect(acceptor == before)
    }

    @Test func seatsTakeOnlyNewerSets() throws {
        var seat = seat
        let joint = try #require(set.joint(with: [members[0]]))
        let replaced = seat.install(joint)
        #expect(replaced)
        let again = seat.install(joint)
        let older = seat.install(set)
        #expect(!again && !older && seat.set == joint)
    }

    @Test func aNumberThatIsNoRoundsIsRefused() {
        var acceptor = Acceptor()
        for round in [0, Ballot.highestRound + 1, .max] {
            #expect(acceptor.prepare(ballot(round), at: seat).outcome == .invalid)
            #expect(acceptor.accept(ballot(round), value: [], of: .plan, at: seat).outcome == .invalid)
        }
        #expect(acceptor == Acceptor())
        #expect(acceptor.prepare(ballot(Ballot.highestRound), at: seat).outcome == .promised(nil))
    }

    @Test func aValueHasABound() {
        var acceptor = Acceptor()
        let longest = [UInt8](repeating: 1, count: Acceptor.valueLimit)
        #expect(acceptor.accept(ballot(1), value: longest + [1], of: .plan, at: seat).outcome == .invalid)
        #expect(acceptor.accept(ballot(1), value: longest, of: .plan, at: seat).outcome == .accepted)
        #expect(Acceptor(decoding: acceptor.encoded()) == acceptor)
    }

    @Test func onlyTheSuccessorOfTheSetIsAccepted() throws {
        var acceptor = Acceptor()
        let joint = try #require(set.joint(with: [members[0]]))
        for wrong in [[], [1, 2, 3], try #require(joint.settled()).encoded()] {
            #expect(acceptor.accept(ballot(1), value: wrong, of: .deciders, at: seat).outcome == .invalid)
        }
        #expect(acceptor.accept(ballot(1), value: set.encoded(), of: .deciders, at: seat).outcome == .accepted)
        #expect(acceptor.accept(ballot(2), value: joint.encoded(), of: .deciders, at: seat).outcome == .accepted)
    }

    @Test func answersSayWhetherSomethingIsToBeStored() {
        var acceptor = Acceptor()
        #expect(acceptor.prepare(ballot(2), at: seat).isChange)
        #expect(!acceptor.prepare(ballot(1), at: seat).isChange)
        #expect(acceptor.accept(ballot(2), value: [], of: .plan, at: seat).isChange)
        #expect(!acceptor.accept(ballot(2, epoch: 9), value: [], of: .plan, at: seat).isChange)
    }

    @Test func bytesComeBackAndNothingElseIsTaken() {
        var promised = Acceptor()
        _ = promised.prepare(ballot(3), at: seat)
        var accepted = Acceptor(founding: [1, 2])
        #expect(Acceptor(decoding: accepted.encoded()) == accepted)
        _ = accepted.accept(ballot(3, by: 1 << 60), value: [5, 6, 7], of: .cohort(1), at: seat)
        _ = accepted.prepare(ballot(4), at: seat)
        for acceptor in [Acceptor(), promised, accepted] {
            let bytes = acceptor.encoded()
            #expect(Acceptor(decoding: bytes) == acceptor)
            for length in bytes.indices { #expect(Acceptor(decoding: Array(bytes.prefix(length))) == nil) }
            #expect(Acceptor(decoding: bytes + [0]) == nil)
            for at in bytes.indices {
                var damaged = bytes
                damaged[at] ^= 0x80
                if let other = Acceptor(decoding: damaged) { #expect(other.encoded() == damaged) }
            }
        }
        // Accepted above its own promise: no acceptor does that.
        let impossible = Acceptor(promised: ballot(1), accepted: .init(ballot: ballot(2), value: []))
        #expect(Acceptor(decoding: impossible.encoded()) == nil)
    }
}
