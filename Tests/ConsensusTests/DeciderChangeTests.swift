import MeshBase
import Testing

@testable import Consensus

@Suite struct DeciderChangeTests {
    private let members = (0..<8).map { Decider(cell: CellIndex($0), store: UInt64(100 + $0)) }
    private var first: DeciderSet { DeciderSet(epoch: .first, phase: .stable(Array(members[0..<3])))! }
    private let decrees: [DecreeName] = [.plan, .cohort(0), .cohort(1)]

    @Test func theOthersAreCarriedOverBetween() throws {
        var change = DeciderChange(to: Array(members[1..<4]), from: first, decrees: decrees)
        #expect(change.begin() == .decide([.deciders]))
        let joint = try #require(first.joint(with: Array(members[1..<4])))
        #expect(change.proposal(of: .deciders, current: nil, by: first) == joint.encoded())
        #expect(change.chosen(joint.encoded(), of: .deciders, by: first) == .decide(decrees))
        #expect(change.set == joint)
        #expect(change.proposal(of: .plan, current: [1], by: joint) == nil)
        // Not before all are carried over, whoever asks.
        #expect(change.proposal(of: .deciders, current: joint.encoded(), by: joint) == nil)
        #expect(change.chosen([1], of: .cohort(0), by: joint) == .wait)
        #expect(change.chosen([1], of: .cohort(0), by: joint) == .wait)
        #expect(change.chosen(nil, of: .plan, by: joint) == .wait)
        // By the former set it was not.
        #expect(change.chosen([1], of: .cohort(1), by: first) == .wait)
        #expect(change.chosen([1], of: .cohort(1), by: joint) == .decide([.deciders]))
        let last = try #require(joint.settled())
        #expect(change.proposal(of: .deciders, current: joint.encoded(), by: joint) == last.encoded())
        #expect(change.chosen(last.encoded(), of: .deciders, by: joint) == .done(last))
    }

    @Test func whatAnotherHasBegunIsEndedFirst() throws {
        let theirs = try #require(first.joint(with: Array(members[3..<6])))
        var change = DeciderChange(to: Array(members[5..<8]), from: first, decrees: [.plan])
        _ = change.begin()
        #expect(change.proposal(of: .deciders, current: theirs.encoded(), by: first) == nil)
        #expect(change.chosen(theirs.encoded(), of: .deciders, by: first) == .decide([.plan]))
        #expect(change.chosen(nil, of: .plan, by: theirs) == .decide([.deciders]))
        let settled = try #require(theirs.settled())
        #expect(change.proposal(of: .deciders, current: theirs.encoded(), by: theirs) == settled.encoded())
        #expect(change.chosen(settled.encoded(), of: .deciders, by: theirs) == .decide([.deciders]))
        let ours = try #require(settled.joint(with: Array(members[5..<8])))
        #expect(change.proposal(of: .deciders, current: settled.encoded(), by: settled) == ours.encoded())
    }

    @Test func whoComesInTheMiddleCarriesOverAnew() throws {
        let joint = try #require(first.joint(with: Array(members[3..<6])))
        var change = DeciderChange(to: Array(members[3..<6]), from: joint, decrees: decrees)
        #expect(change.begin() == .decide(decrees))
    }

    @Test func aNewerSetMakesWhatWasCarriedOverVoid() throws {
        let joint = try #require(first.joint(with: Array(members[3..<6])))
        let settled = try #require(joint.settled())
        let next = try #require(settled.joint(with: Array(members[0..<3])))
        var change = DeciderChange(to: Array(members[3..<6]), from: joint, decrees: decrees)
        _ = change.begin()
        #expect(change.chosen(nil, of: .plan, by: joint) == .wait)
        #expect(change.chosen(nil, of: .cohort(0), by: next) == .decide(decrees))
        #expect(change.set == next)
    }

    @Test func decidersThatAreWishedAlreadyAreAskedAllTheSame() {
        var change = DeciderChange(to: [members[2], members[0], members[1]], from: first, decrees: decrees)
        #expect(change.begin() == .decide([.deciders]))
        #expect(change.proposal(of: .deciders, current: first.encoded(), by: first) == nil)
        #expect(change.chosen(first.encoded(), of: .deciders, by: first) == .done(first))
    }

    @Test func othersWithoutEndAreGivenWayTo() throws {
        var change = DeciderChange(to: [members[7]], from: first, decrees: [])
        var step = change.begin()
        var set = first
        var steps = 0
        while case .decide = step {
            steps += 1
            let side = Array(members[(steps % 4)..<(steps % 4 + 3)])
            let next = try #require(set.settled() ?? set.joint(with: side) ?? set.joint(with: [members[6]]))
            step = change.chosen(next.encoded(), of: .deciders, by: set)
            set = next
        }
        #expect(step == .contention)
        #expect(steps == DeciderChange.stepLimit)
    }

    @Test func noSetIsRefused() {
        var none = DeciderChange(to: [], from: first, decrees: decrees)
        #expect(none.begin() == .invalid)
        var twice = DeciderChange(to: [members[0], members[0]], from: first, decrees: decrees)
        #expect(twice.begin() == .invalid)
    }
}
