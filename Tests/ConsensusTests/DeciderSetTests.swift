import MeshBase
import Testing

@testable import Consensus

@Suite struct DeciderSetTests {
    private func side(_ cells: Int...) -> [Decider] {
        cells.map { Decider(cell: CellIndex($0), store: UInt64(100 + $0)) }
    }
    private func stable(_ cells: Int..., epoch: UInt32 = 1) -> DeciderSet {
        DeciderSet(
            epoch: Epoch(epoch), phase: .stable(cells.map { Decider(cell: CellIndex($0), store: UInt64(100 + $0)) }))!
    }

    @Test func aStableSetNeedsMoreThanHalf() {
        let five = stable(0, 1, 2, 3, 4)
        #expect(five.isQuorum(0b00111))
        #expect(!five.isQuorum(0b00011))
        #expect(!stable(0, 1).isQuorum(0b01))
        #expect(!stable(0, 1, 2, 3).isQuorum(0b0011))
        #expect(stable(7).isQuorum(1))
    }

    @Test func aJointSetNeedsMoreThanHalfOfEachSide() throws {
        let joint = try #require(stable(0, 1, 2).joint(with: side(2, 3, 4)))
        #expect(joint.members.map(\.cell.position) == [0, 1, 2, 3, 4])
        #expect(!joint.isQuorum(0b00111))  // the old side, and one of the new
        #expect(!joint.isQuorum(0b11100))  // the new side, and one of the old
        #expect(joint.isQuorum(0b01110))
        #expect(joint.isQuorum(0b11011))
        let ofTwo = try #require(stable(0, 1).joint(with: side(1, 2, 3)))
        #expect(!ofTwo.isQuorum(0b1110) && ofTwo.isQuorum(0b0111))
    }

    @Test func aSideOfSixteenAndAnotherFit() throws {
        let many = (0..<32).map { Decider(cell: CellIndex($0), store: 1) }
        let set = try #require(DeciderSet(epoch: .first, phase: .stable(Array(many.prefix(16)))))
        let joint = try #require(set.joint(with: Array(many.suffix(16))))
        #expect(joint.all == .max)
        #expect(joint.isQuorum(0x01FF_01FF))
        #expect(!joint.isQuorum(0x00FF_FFFF))
    }

    @Test func aCellWithAnotherDiskIsAnotherMember() throws {
        let renewed = [Decider(cell: CellIndex(0), store: 9)] + side(1, 2)
        let joint = try #require(stable(0, 1, 2).joint(with: renewed))
        #expect(joint.members.count == 4)
        #expect(joint.bits(of: CellIndex(0)) == 0b1001)
        #expect(joint.bit(of: Decider(cell: CellIndex(0), store: 100)) == 0b0001)
        #expect(joint.bit(of: Decider(cell: CellIndex(0), store: 9)) == 0b1000)
        #expect(joint.bit(of: Decider(cell: CellIndex(0), store: 8)) == nil)
    }

    @Test func whatIsNoSetIsRefused() {
        #expect(DeciderSet(epoch: .first, phase: .stable([])) == nil)
        #expect(DeciderSet(epoch: .first, phase: .stable(side(1, 1))) == nil)
        #expect(
            DeciderSet(epoch: .first, phase: .stable(side(1) + [Decider(cell: CellIndex(1), store: 7)])) == nil)
        let many = (0..<17).map { Decider(cell: CellIndex($0), store: 1) }
        #expect(DeciderSet(epoch: .first, phase: .stable(many)) == nil)
        #expect(DeciderSet(epoch: .first, phase: .joint(side(1, 2), side(2, 1))) == nil)
    }

    @Test func aSetDecidesOnlyItsSuccessor() throws {
        let first = stable(0, 1, 2)
        let joint = try #require(first.joint(with: side(1, 2, 3)))
        let last = try #require(joint.settled())
        #expect(joint.epoch == Epoch(2) && last.epoch == Epoch(3))
        #expect(last.phase == .stable(side(1, 2, 3)))
        #expect(joint.isSuccessor(of: first) && last.isSuccessor(of: joint))
        #expect(!last.isSuccessor(of: first) && !first.isSuccessor(of: joint) && !joint.isSuccessor(of: joint))
        #expect(first.settled() == nil && joint.joint(with: side(5)) == nil)
        #expect(first.joint(with: side(2, 1, 0)) == nil)
        #expect(!stable(0, 1, 3, epoch: 3).isSuccessor(of: joint))
        #expect(!stable(1, 2, 3, epoch: 4).isSuccessor(of: joint))
        #expect(stable(0, 1, epoch: .max).joint(with: side(3)) == nil)
    }

    @Test func bytesComeBackAndNothingElseIsTaken() throws {
        let joint = try #require(stable(4, 0, 2).joint(with: side(2, 3, 900)))
        for set in [stable(3), stable(0, 1, 2, epoch: 77), joint] {
            let bytes = set.encoded()
            #expect(DeciderSet(decoding: bytes) == set)
            for length in bytes.indices { #expect(DeciderSet(decoding: Array(bytes.prefix(length))) == nil) }
            #expect(DeciderSet(decoding: bytes + [0]) == nil)
            // Whatever else is taken is a set of its own, with exactly these bytes.
            for at in bytes.indices {
                for bit in 0..<8 {
                    var damaged = bytes
                    damaged[at] ^= 1 << bit
                    if let other = DeciderSet(decoding: damaged) {
                        #expect(other != set)
                        #expect(other.encoded() == damaged)
                    }
                }
            }
        }
        var swapped = stable(0, 1).encoded()
        let member = Array(swapped[7..<17])
        swapped.replaceSubrange(7..<17, with: swapped[17..<27])
        swapped.replaceSubrange(17..<27, with: member)
        #expect(DeciderSet(decoding: swapped) == nil)
    }

    @Test func namesOfDecreesHaveOneNumberEach() {
        var names: [DecreeName] = [.deciders, .plan]
        names += (0..<DecreeName.cohortLimit).map { .cohort($0) }
        names += [.cell(CellIndex(0)), .cell(CellIndex(65_535))]
        for name in names { #expect(DecreeName(code: name.code) == name) }
        #expect(Set(names.map(\.code)).count == names.count)
        for code in [1, 0x0001_0001, 0x0002_0400, 0x0004_0000, .max] as [UInt32] {
            #expect(DecreeName(code: code) == nil)
        }
        #expect(DecreeName.cohort(5).code == 0x0002_0005)
        #expect(DecreeName.cell(CellIndex(7)).code == 0x0003_0007)
    }
}
