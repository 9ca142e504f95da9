import MeshBase
import Testing

@testable import Consensus

@Suite struct CASChangeTests {
    private let members = (0..<6).map { Decider(cell: CellIndex($0), store: UInt64(100 + $0)) }
    private var five: DeciderSet { DeciderSet(epoch: .first, phase: .stable(Array(members.prefix(5))))! }

    private func change(_ decree: DecreeName = .plan, attempts: Int = 3) -> CASChange {
        CASChange(
            of: decree, by: five, proposer: 7, patience: .init(attempts: attempts), generator: Generator(seed: 1))
    }
    private func ballot(_ round: UInt32, epoch: UInt32 = 1, by proposer: UInt64 = 7) -> Ballot {
        Ballot(epoch: Epoch(epoch), round: round, proposer: proposer)
    }
    private func promise(_ round: UInt32, _ accepted: Acceptor.Accepted? = nil, epoch: UInt32 = 1) -> Acceptor.Answer {
        .init(ballot: ballot(round, epoch: epoch), outcome: .promised(accepted))
    }
    private func refusal(_ round: UInt32, by other: Ballot) -> Acceptor.Answer {
        .init(ballot: ballot(round), outcome: .outdated(by: other))
    }

    /// A change that has its first quorum.
    private func deciding(_ current: [UInt8]?, attempts: Int = 3, of decree: DecreeName = .plan) -> CASChange {
        var change = change(decree, attempts: attempts)
        _ = change.begin()
        for member in members.prefix(3) {
            let accepted = current.map { Acceptor.Accepted(ballot: ballot(1, by: 1), value: $0) }
            _ = change.answered(promise(1, accepted), by: member)
        }
        return change
    }

    @Test func aChangeAsksTwice() {
        var change = change()
        let value = Acceptor.Accepted(ballot: ballot(1, by: 2), value: [2])
        #expect(change.begin() == .send(.prepare(ballot(1)), to: 0b11111))
        #expect(change.answered(promise(1, .init(ballot: ballot(1, by: 1), value: [1])), by: members[0]) == .wait)
        #expect(change.answered(promise(1, value), by: members[4]) == .wait)
        #expect(change.pending == 0b01110)
        // Repeated, of no member, of another round: not counted.
        #expect(change.answered(promise(1, value), by: members[4]) == .wait)
        #expect(change.answered(promise(1), by: members[5]) == .wait)
        #expect(change.answered(promise(2), by: members[1]) == .wait)
        #expect(change.answered(promise(1), by: members[2]) == .decide(current: [2]))
        #expect(change.propose([2, 3]) == .send(.accept(ballot(1), [2, 3]), to: 0b11111))
        let accepted = Acceptor.Answer(ballot: ballot(1), outcome: .accepted)
        #expect(change.answered(promise(1), by: members[1]) == .wait)
        #expect(change.answered(accepted, by: members[0]) == .wait)
        #expect(change.answered(accepted, by: members[0]) == .wait)
        #expect(change.answered(accepted, by: members[1]) == .wait)
        #expect(change.answered(accepted, by: members[3]) == .chosen([2, 3]))
        #expect(change.isFinished && change.pending == 0)
        #expect(change.answered(accepted, by: members[4]) == .wait)
        #expect(change.timedOut() == .wait && change.begin() == .wait && change.stop() == .wait)
    }

    @Test func whatAMinorityMayHaveIsAcceptedBeforeItIsTold() {
        var change = deciding([4])
        #expect(change.stop() == .send(.accept(ballot(1), [4]), to: 0b11111))
    }

    @Test func whatWasNeverDecidedIsToldAtOnce() {
        var change = deciding(nil)
        #expect(change.stop() == .chosen(nil))
    }

    @Test func aRoundThatWasInTheWayIsOutdone() throws {
        var change = change()
        _ = change.begin()
        #expect(change.answered(refusal(1, by: ballot(40, by: 2)), by: members[0]) == .wait)
        #expect(change.answered(refusal(1, by: ballot(30, by: 2)), by: members[1]) == .wait)
        let step = change.answered(refusal(1, by: ballot(9, by: 2)), by: members[2])
        guard case .conflict(let backoff) = step else {
            Issue.record("\(step)")
            return
        }
        #expect(backoff >= .zero && backoff <= .milliseconds(10))
        #expect(change.answered(promise(1), by: members[3]) == .wait)
        #expect(change.resume() == .send(.prepare(ballot(41)), to: 0b11111))
        #expect(change.resume() == .wait)
    }

    @Test func aMinorityInTheWayDoesNotMatter() {
        var change = change()
        _ = change.begin()
        _ = change.answered(refusal(1, by: ballot(2, by: 1)), by: members[0])
        _ = change.answered(refusal(1, by: ballot(2, by: 1)), by: members[1])
        _ = change.answered(promise(1), by: members[2])
        _ = change.answered(promise(1), by: members[3])
        #expect(change.answered(promise(1), by: members[4]) == .decide(current: nil))
    }

    @Test func aRefusalOfARepeatedRequestCountsForNothing() {
        var change = change()
        _ = change.begin()
        for member in members.prefix(5) { #expect(change.answered(refusal(1, by: ballot(1)), by: member) == .wait) }
        #expect(change.pending == 0b11111)
    }

    @Test func attemptsAndWaitsAreBounded() {
        var change = change(attempts: 12)
        var waits: [TimeAmount] = []
        var step = change.begin()
        while true {
            switch step {
            case .send(.prepare(let ballot), _):
                let other = Ballot(epoch: .first, round: ballot.round, proposer: 8)
                for member in members.prefix(3) {
                    step = change.answered(.init(ballot: ballot, outcome: .outdated(by: other)), by: member)
                }
                continue
            case .conflict(let backoff):
                waits.append(backoff)
                step = change.resume()
                continue
            default: break
            }
            break
        }
        #expect(step == .failed(.init(reason: .contention, isUncertain: false)))
        #expect(waits.count == 11 && Set(waits).count > 8)
        #expect(waits.allSatisfy { $0 <= .milliseconds(500) })
        #expect(waits.suffix(4).contains { $0 > .milliseconds(100) })
    }

    @Test func withoutAMajorityItEndsAtOnce() {
        var change = change()
        _ = change.begin()
        #expect(change.failed(0b00011) == .wait)
        #expect(change.answered(promise(1), by: members[4]) == .wait)
        // Whoever was asked and has not failed may answer still.
        #expect(
            change.failed(0b00100)
                == .failed(.init(reason: .noQuorum(answered: 2, of: 5), isUncertain: false)))
    }

    @Test func whoAnswersAfterItsLinkFailedIsCounted() {
        var change = change()
        _ = change.begin()
        #expect(change.failed(0b00011) == .wait)
        #expect(change.answered(promise(1), by: members[0]) == .wait)
        #expect(change.failed(0b00100) == .wait)
        #expect(change.answered(promise(1), by: members[3]) == .wait)
        #expect(change.answered(promise(1), by: members[4]) == .decide(current: nil))
    }

    @Test func lateAnswersAreAskedForAgainButNotForEver() {
        var change = change(attempts: 2)
        _ = change.begin()
        guard case .conflict = change.timedOut() else {
            Issue.record("no second attempt")
            return
        }
        #expect(change.resume() == .send(.prepare(ballot(2)), to: 0b11111))
        #expect(change.timedOut() == .failed(.init(reason: .noQuorum(answered: 0, of: 5), isUncertain: false)))
    }

    @Test func aValueThatWasSentMayBeDecidedAllTheSame() {
        var change = deciding([1], attempts: 1)
        _ = change.propose([1, 2])
        #expect(change.timedOut() == .failed(.init(reason: .noQuorum(answered: 0, of: 5), isUncertain: true)))
        var reading = deciding([1], attempts: 1)
        _ = reading.stop()
        #expect(reading.timedOut() == .failed(.init(reason: .noQuorum(answered: 0, of: 5), isUncertain: false)))
    }

    @Test func whatMayNotBeDecidedIsNotSent() throws {
        var long = deciding(nil)
        let value = [UInt8](repeating: 0, count: Acceptor.valueLimit + 1)
        #expect(long.propose(value) == .failed(.init(reason: .invalidValue, isUncertain: false)))
        var skipping = deciding(nil, of: .deciders)
        let joint = try #require(five.joint(with: Array(members.suffix(5))))
        #expect(
            skipping.propose(try #require(joint.settled()).encoded())
                == .failed(.init(reason: .invalidValue, isUncertain: false)))
    }

    @Test func whoIsBehindIsToldTheSetAndAskedAgainOnce() {
        var change = change()
        _ = change.begin()
        let behind = Acceptor.Answer(ballot: ballot(1), outcome: .otherSet(nil))
        #expect(change.answered(behind, by: members[1]) == .inform(0b00010, then: .prepare(ballot(1))))
        #expect(change.answered(behind, by: members[1]) == .wait)
        #expect(change.pending == 0b11101)
        // What it says once it has the set counts.
        _ = change.answered(promise(1), by: members[1])
        _ = change.answered(promise(1), by: members[0])
        #expect(change.answered(promise(1), by: members[2]) == .decide(current: nil))
    }

    @Test func aNewerSetIsAdopted() throws {
        var change = deciding([1])
        _ = change.propose([1, 2])
        let joint = try #require(five.joint(with: Array(members.suffix(5))))
        let ahead = Acceptor.Answer(ballot: ballot(1), outcome: .otherSet(joint))
        #expect(change.answered(ahead, by: members[2]) == .send(.prepare(ballot(1, epoch: 2)), to: 0b111111))
        #expect(change.set == joint)
        // What was accepted under the former set counts no more.
        #expect(change.answered(.init(ballot: ballot(1), outcome: .accepted), by: members[0]) == .wait)
        for member in members[1...3] { _ = change.answered(promise(1, epoch: 2), by: member) }
        #expect(change.pending == 0)
        #expect(change.stop() == .chosen(nil))
    }

    @Test func aCellWithAnotherDiskIsNotWaitedFor() {
        var change = change()
        _ = change.begin()
        let renewed = Decider(cell: CellIndex(3), store: 999)
        #expect(change.answered(promise(1), by: renewed) == .wait)
        #expect(change.pending == 0b10111)
        _ = change.answered(promise(1), by: members[0])
        #expect(change.answered(promise(1), by: members[1]) == .wait)
        #expect(change.answered(promise(1), by: members[2]) == .decide(current: nil))
    }

    @Test func roundsThatAreUsedUpEndTheChange() {
        var change = change()
        _ = change.begin()
        for member in members.prefix(3) {
            _ = change.answered(refusal(1, by: ballot(Ballot.highestRound, by: 9)), by: member)
        }
        #expect(change.resume() == .failed(.init(reason: .roundsExhausted, isUncertain: false)))
    }
}
