import MeshBase
import Testing

@testable import Consensus

@Suite struct DecreeFramesTests {
    private var joint: DeciderSet {
        let members = (0..<5).map { Decider(cell: CellIndex($0), store: UInt64(1) << (10 * UInt64($0))) }
        return DeciderSet(epoch: Epoch(4), phase: .joint(Array(members[0..<3]), Array(members[2..<5])))!
    }
    private let ballot = Ballot(epoch: Epoch(4), round: 9, proposer: 0xFEDC_BA98_7654_3210)

    private var question: DecreeQuestion {
        DecreeQuestion(
            set: joint,
            items: [
                .init(decree: .cohort(63), request: .prepare(ballot)),
                .init(decree: .deciders, request: .accept(ballot, joint.encoded())),
                .init(decree: .cell(CellIndex(3)), request: .accept(ballot, [])),
            ])
    }

    private var reply: DecreeReply {
        let accepted = Acceptor.Accepted(ballot: .none, value: [1, 2, 3])
        let outcomes: [Acceptor.Outcome] = [
            .promised(nil), .promised(accepted), .accepted, .outdated(by: ballot), .otherSet(nil), .otherSet(joint),
            .invalid,
        ]
        return DecreeReply(
            decider: joint.members[1], answers: outcomes.map { Acceptor.Answer(ballot: ballot, outcome: $0) })
    }

    @Test func questionsComeBackAndNothingElseIsTaken() {
        for question in [question, DecreeQuestion(items: [])] {
            let bytes = question.encoded()
            #expect(DecreeQuestion(decoding: bytes) == question)
            for length in bytes.indices { #expect(DecreeQuestion(decoding: Array(bytes.prefix(length))) == nil) }
            #expect(DecreeQuestion(decoding: bytes + [0]) == nil)
            for damaged in damages(of: bytes) {
                if let other = DecreeQuestion(decoding: damaged) { #expect(other.encoded() == damaged) }
            }
        }
    }

    @Test func repliesComeBackAndNothingElseIsTaken() {
        let bytes = reply.encoded()
        #expect(DecreeReply(decoding: bytes) == reply)
        for length in bytes.indices { #expect(DecreeReply(decoding: Array(bytes.prefix(length))) == nil) }
        #expect(DecreeReply(decoding: bytes + [0]) == nil)
        for damaged in damages(of: bytes) {
            if let other = DecreeReply(decoding: damaged) { #expect(other.encoded() == damaged) }
        }
    }

    @Test func moreThanAFrameHoldsIsRefused() {
        let item = DecreeQuestion.Item(decree: .plan, request: .prepare(ballot))
        let full = DecreeQuestion(items: Array(repeating: item, count: DecreeQuestion.limit))
        #expect(DecreeQuestion(decoding: full.encoded()) == full)
        var more = full.encoded() + DecreeQuestion(items: [item]).encoded().dropFirst(3)
        more[2] = 1
        more[1] = 1
        #expect(DecreeQuestion(decoding: more) == nil)
    }

    /// Each bit turned, each byte at its ends.
    private func damages(of bytes: [UInt8]) -> [[UInt8]] {
        bytes.indices.flatMap { at in
            ((0..<8).map { bytes[at] ^ 1 << $0 } + [0, 0xFF]).map { byte in
                var damaged = bytes
                damaged[at] = byte
                return damaged
            }
        }
    }
}
