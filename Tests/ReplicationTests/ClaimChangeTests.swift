import MeshBase
import Testing
import Topology

@testable import Replication

/// Two proposers, five cells, a move from three of them to three others that share one cell, late and repeated
/// messages: whatever the order, a claim has one history.
@Suite struct ClaimChangeTests {
    /// What a build may leave out (moves.md, broken builds of claims).
    enum Shortcut: CaseIterable { case unfenced, oneQuorum, notCarried, fillOne }

    struct Cell {
        var epoch: UInt32 = 1
        var promised = RecordVersion.none
        var accepted = RecordVersion.none
        var value: [UInt8] = []
        var isFilled = false
        var slot: ClaimSlot { ClaimSlot(promised: promised, accepted: accepted) }
    }
    enum Message {
        case prepare(proposer: Int, cell: Int, epoch: UInt32, RecordVersion)
        case accept(proposer: Int, cell: Int, epoch: UInt32, RecordVersion, [UInt8])
        case promised(proposer: Int, cell: Int, RecordVersion, (RecordVersion, [UInt8])?)
        case accepted(proposer: Int, cell: Int, RecordVersion)
        case refused(proposer: Int, cell: Int, RecordVersion, RecordVersion)
    }

    struct World {
        static let old: Positions = 0b00111
        static let new: Positions = 0b11100
        let shortcut: Shortcut?
        var generator: Generator
        var cells = Array(repeating: Cell(), count: 5)
        var changes = [ClaimChange(), ClaimChange()]
        var epochs: [UInt32] = [1, 1]
        var numbers: UInt64 = 0
        var decided: UInt32 = 1
        var messages: [Message] = []
        var chosen: Set<[UInt8]> = []

        init(seed: UInt64, _ shortcut: Shortcut?) {
            self.shortcut = shortcut
            generator = Generator(seed: seed, concern: "claims", node: 0)
            // Rounds of which everything was lost: those that follow are high.
            for number in 0..<generator.below(6) {
                _ = changes[0].begin(epoch: Epoch(1), quorum: QuorumSet(World.old), proposer: 1 << 40 | number)
            }
        }

        func quorum(_ epoch: UInt32) -> QuorumSet {
            switch epoch {
            case 1: QuorumSet(World.old)
            case 2: shortcut == .oneQuorum ? QuorumSet(World.old) : QuorumSet(World.old, and: World.new)
            default: QuorumSet(World.new)
            }
        }

        mutating func run(_ steps: Int) {
            for _ in 0..<steps {
                switch generator.below(20) {
                case 0: begin(Int(generator.below(2)))
                case 1: if generator.below(3) == 0 { move() }
                case 2, 4:
                    let cell = Int(generator.below(5))
                    if cells[cell].epoch < decided { cells[cell].epoch += 1 }
                case 3: fill(2 + Int(generator.below(3)))
                default: deliver()
                }
            }
        }

        mutating func begin(_ proposer: Int) {
            epochs[proposer] = max(epochs[proposer], 1 + UInt32(generator.below(UInt64(decided))))
            numbers += 1
            let epoch = epochs[proposer]
            send(
                changes[proposer].begin(
                    epoch: Epoch(epoch), quorum: quorum(epoch),
                    proposer: UInt64(proposer) << 48 | numbers), proposer)
        }

        mutating func move() {
            if decided == 1 { decided = 2 }
            let filled = (2...4).count { cells[$0].isFilled }
            if decided == 2, shortcut == .notCarried || filled >= 2 { decided = 3 }
        }

        /// Out of a majority of the old side that has installed joint, as the cell itself has.
        mutating func fill(_ cell: Int) {
            guard cells[cell].epoch == 2, !cells[cell].isFilled, shortcut != .notCarried else { return }
            let sources = (0...2).filter { cells[$0].epoch == 2 && (generator.below(3) > 0 || $0 == cell) }
            guard sources.count >= (shortcut == .fillOne ? 1 : 2) else { return }
            for source in sources where cells[source].accepted > cells[cell].accepted {
                cells[cell].accepted = cells[source].accepted
                cells[cell].value = cells[source].value
            }
            cells[cell].isFilled = true
        }

        mutating func deliver() {
            guard !messages.isEmpty else { return }
            // Mostly among the newest: what is late comes very late.
            let count = UInt64(messages.count)
            let isLate = generator.below(3) == 0
            let place = Int(isLate ? generator.below(count) : count - 1 - generator.below(min(count, 6)))
            let message = messages[place]
            // Some come twice, and late.
            if generator.below(4) > 0 { messages.remove(at: place) }
            switch message {
            case .prepare(let proposer, let cell, let epoch, let ballot):
                var slot = cells[cell].slot
                guard shortcut == .unfenced || cells[cell].epoch == epoch, slot.promise(ballot) else {
                    return messages.append(.refused(proposer: proposer, cell: cell, ballot, slot.promised))
                }
                cells[cell].promised = slot.promised
                let found = cells[cell].accepted
                messages.append(
                    .promised(
                        proposer: proposer, cell: cell, ballot, found == .none ? nil : (found, cells[cell].value)))
            case .accept(let proposer, let cell, let epoch, let ballot, let value):
                var slot = cells[cell].slot
                guard shortcut == .unfenced || cells[cell].epoch == epoch, slot.accept(ballot) else {
                    return messages.append(.refused(proposer: proposer, cell: cell, ballot, slot.promised))
                }
                cells[cell].promised = slot.promised
                cells[cell].accepted = slot.accepted
                cells[cell].value = value
                messages.append(.accepted(proposer: proposer, cell: cell, ballot))
            case .promised(let proposer, let cell, let ballot, let found):
                send(changes[proposer].promised(ballot, by: cell, accepted: found), proposer)
            case .accepted(let proposer, let cell, let ballot):
                send(changes[proposer].accepted(ballot, by: cell), proposer)
            case .refused(let proposer, let cell, let ballot, let promised):
                send(changes[proposer].refused(ballot, by: cell, promised: promised), proposer)
            }
        }

        mutating func send(_ step: ClaimChange.Step, _ proposer: Int) {
            let epoch = epochs[proposer]
            switch step {
            case .wait, .again: break
            case .prepare(let ballot, let members):
                for cell in 0..<5 where members & 1 << Positions(cell) != 0 {
                    messages.append(.prepare(proposer: proposer, cell: cell, epoch: epoch, ballot))
                }
            case .accept(let ballot, let value, let members):
                for cell in 0..<5 where members & 1 << Positions(cell) != 0 {
                    messages.append(.accept(proposer: proposer, cell: cell, epoch: epoch, ballot, value))
                }
            case .decide(let current):
                send(changes[proposer].accept(current ?? [UInt8(proposer)]), proposer)
            case .chosen(let value): chosen.insert(value)
            }
        }
    }

    private func firstViolation(_ shortcut: Shortcut?, seeds: Int) -> (seed: Int?, decisions: Int, moved: Int) {
        var decisions = 0
        var moved = 0
        for seed in 0..<seeds {
            var world = World(seed: UInt64(seed), shortcut)
            world.run(400)
            if !world.chosen.isEmpty { decisions += 1 }
            if world.decided == 3 { moved += 1 }
            if world.chosen.count > 1 { return (seed, decisions, moved) }
        }
        return (nil, decisions, moved)
    }

    @Test func aClaimHasOneHistoryThroughAMove() {
        let found = firstViolation(nil, seeds: 3_000)
        #expect(found.seed == nil, "seed \(found.seed ?? 0): two claimers")
        #expect(found.decisions > 100 && found.moved > 100, "\(found) shows little")
    }

    @Test(arguments: Shortcut.allCases) func eachShortcutIsCaught(_ shortcut: Shortcut) {
        #expect(firstViolation(shortcut, seeds: 60_000).seed != nil, "\(shortcut) was not caught")
    }

    /// What only a minority has accepted in a former epoch, in however high a round, undoes no decision of a later one.
    @Test func aDecisionIsAboveEveryRoundOfFormerEpochs() {
        let former = RecordVersion(epoch: Epoch(1), round: 6, proposer: 9)
        let decided = RecordVersion(epoch: Epoch(3), round: 1, proposer: 2)
        var change = ClaimChange()
        let first = change.begin(epoch: Epoch(3), quorum: QuorumSet(size: 3), proposer: 5)
        guard case .prepare(let ballot, _) = first else { return #expect(Bool(false), "\(first)") }
        #expect(change.promised(ballot, by: 0, accepted: (former, [1])) == .wait)
        #expect(change.promised(ballot, by: 1, accepted: (decided, [2])) == .decide(current: [2]))
    }

    @Test func aRoundBeginsAnewWhereItsEpochIsOver() {
        var change = ClaimChange()
        let first = change.begin(epoch: Epoch(4), quorum: QuorumSet(size: 3), proposer: 1)
        guard case .prepare(let ballot, 0b111) = first else { return #expect(Bool(false), "\(first)") }
        #expect(ballot.claimEpoch == Epoch(4) && ballot.claimRound == 1)
        #expect(change.refused(ballot, by: 0) == .wait)
        #expect(change.refused(ballot, by: 1) == .again)
        let second = change.begin(epoch: Epoch(5), quorum: QuorumSet(size: 3), proposer: 2)
        guard case .prepare(let later, 0b111) = second else { return #expect(Bool(false), "\(second)") }
        #expect(later > ballot && later.claimRound == 1)
        // What the former round is still told counts for nothing.
        #expect(change.promised(ballot, by: 0, accepted: nil) == .wait)
        #expect(change.promised(ballot, by: 2, accepted: nil) == .wait)
        #expect(!change.isUncertain)
    }

    @Test func valuesAreReadAsTheyWereWritten() {
        let claimer = ClaimValue.Claimer(cell: CellIndex(7), call: 1 << 60 | 3)
        let answer = ClaimValue.Answer(status: 502, isJSON: true, note: [1, 2], body: [3, 4, 5])
        for state in [ClaimValue.State.free, .claimed, .done(answer)] {
            let value = ClaimValue(claimer: claimer, fingerprint: 9, expires: -4, state: state)
            #expect(ClaimValue(value.encoded()) == value)
            for count in 0..<min(35, value.encoded().count) {
                #expect(ClaimValue(Array(value.encoded().prefix(count))) == nil, "\(state), \(count) bytes")
            }
        }
    }
}
