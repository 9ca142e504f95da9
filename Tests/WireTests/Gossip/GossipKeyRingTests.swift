import Membership
import MeshBase
import Testing

@testable import Wire

@Suite struct GossipKeyRingTests {
    private func key(_ id: UInt32) -> GossipKeyFile.Key {
        GossipKeyFile.Key(id: id, bytes: [UInt8](repeating: UInt8(id), count: 32))
    }
    private func file(_ ids: [UInt32], primary: UInt32) -> GossipKeyFile {
        GossipKeyFile(keys: ids.map(key), primary: primary)
    }
    private func channel(_ file: GossipKeyFile, boot: UInt64) -> GossipChannel {
        GossipChannel(keys: try! GossipKeyRing(file, label: "mesh"), bootID: boot)
    }

    private func isTaken(_ sender: inout GossipChannel, _ receiver: inout GossipChannel) -> Bool {
        var packet = GossipPacket(sender: "ann", senderIncarnation: 1, body: .gossip)
        let datagram = sender.encode(packet)!
        return (try? receiver.decode(datagram, into: &packet)) != nil
    }

    @Test func aFileIsReadAsItWasWritten() throws {
        let file = file([1, 7], primary: 7)
        #expect(GossipKeyFile(file.text) == file)
        #expect(try GossipKeyRing(file, label: "m").ids == [1, 7])
        #expect(GossipKeyFile(GossipKeyFile(secret: key(3).bytes).text)?.keys.first?.id == 1)
    }

    @Test func damagedFilesAreRefused() {
        let good = file([1, 2], primary: 1).text
        #expect(GossipKeyFile("") == nil)
        #expect(GossipKeyFile(good.replacing("primary 1", with: "primary 3")) == nil)
        #expect(GossipKeyFile(good.replacing("key 2", with: "key 1")) == nil)
        #expect(GossipKeyFile(good.replacing("cellmesh-keys 1", with: "cellmesh-keys 2")) == nil)
        #expect(GossipKeyFile(good.replacing("0202", with: "02")) == nil)
        #expect(GossipKeyFile(good.replacing("0202", with: "02zz")) == nil)
        #expect(GossipKeyFile(file(Array(1...9), primary: 1).text) == nil)
        #expect(GossipKeyFile(good + String(repeating: " ", count: 5_000)) == nil)
        for end in good.indices { _ = GossipKeyFile(String(good[..<end])) }
    }

    @Test func ringsHaveRules() {
        #expect(throws: GossipKeyRing.Invalid.noKeys) { try GossipKeyRing(file([], primary: 1), label: "m") }
        #expect(throws: GossipKeyRing.Invalid.noPrimary(4)) { try GossipKeyRing(file([1], primary: 4), label: "m") }
        #expect(throws: GossipKeyRing.Invalid.duplicate(1)) { try GossipKeyRing(file([1, 1], primary: 1), label: "m") }
        #expect(throws: GossipKeyRing.Invalid.tooMany(9)) {
            try GossipKeyRing(file(Array(1...9), primary: 1), label: "m")
        }
        #expect(throws: GossipKeyRing.Invalid.keyLength(3)) { try GossipKeyRing(key: [1, 2, 3], label: "m") }
    }

    /// Two members take each step of a rotation at different times and understand one another all the while.
    @Test func noStepOfARotationIsNoticed() {
        let steps = [
            file([1], primary: 1), file([1, 2], primary: 1), file([1, 2], primary: 2), file([2], primary: 2),
        ]
        var a = channel(steps[0], boot: 1)
        var b = channel(steps[0], boot: 2)
        for step in steps {
            a.keys = try! GossipKeyRing(step, label: "mesh")
            for _ in 0..<2 {
                #expect(isTaken(&a, &b))
                #expect(isTaken(&b, &a))
                b.keys = try! GossipKeyRing(step, label: "mesh")
            }
        }
        let rejected = (a.rejected.total, b.rejected.total)
        #expect(rejected == (0, 0))
    }

    /// Shown wrong: a rotation in one step loses what is on its way.
    @Test func aRetiredKeyOpensNothing() {
        var old = channel(file([1], primary: 1), boot: 1)
        var new = channel(file([2], primary: 2), boot: 2)
        let taken = isTaken(&old, &new)
        #expect(!taken)
        let rejected = new.rejected
        #expect(rejected[.unauthentic] == 1)
    }

    /// A nonce is not used again under the same key, however often keys come and go.
    @Test func noncesGoOnThroughARotation() {
        var sender = channel(file([1], primary: 1), boot: 1)
        let packet = GossipPacket(sender: "ann", senderIncarnation: 1, body: .gossip)
        var seen: Set<[UInt8]> = []
        for step in [file([1, 2], primary: 2), file([1, 2], primary: 1), file([1], primary: 1)] {
            for _ in 0..<3 { seen.insert(Array(sender.encode(packet)![1..<13])) }
            sender.keys = try! GossipKeyRing(step, label: "mesh")
        }
        #expect(seen.count == 9)
    }
}
