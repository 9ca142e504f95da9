import Membership
import MeshBase
import Testing

@testable import Wire

@Suite struct GossipSealTests {
    private let key = (UInt8(0)..<32).map { $0 }
    private let plain = Array("the quick brown fox".utf8)

    private func sealed(_ seal: GossipSeal, counter: UInt64 = 1) -> [UInt8] {
        var datagram = ByteBuffer()
        plain.withUnsafeBytes {
            seal.seal($0, nonce: GossipNonce(bootID: 0xABCD, counter: counter), into: &datagram)
        }
        return Array(datagram.bytes)
    }

    private func open(_ bytes: [UInt8], _ seal: GossipSeal) -> Result<[UInt8], GossipSeal.Failure> {
        var plain = ByteBuffer()
        return bytes.withUnsafeBytes { raw in
            do throws(GossipSeal.Failure) {
                try seal.open(raw, into: &plain)
                return .success(Array(plain.bytes))
            } catch {
                return .failure(error)
            }
        }
    }

    @Test func roundTrip() throws {
        let seal = try GossipSeal(key: key, label: "mesh")
        let datagram = sealed(seal)
        #expect(datagram.count == plain.count + GossipSeal.overhead)
        #expect(GossipSeal.overhead <= GossipSize.sealOverhead)
        #expect(open(datagram, seal) == .success(plain))
        #expect(sealed(seal, counter: 2) != datagram)
    }

    @Test func whatIsLeftOpenHasTheShapeOfWhatIsSealedAndIsNotTakenForIt() throws {
        let seal = try GossipSeal(key: key, label: "mesh")
        let open = try GossipSeal(key: key, label: "mesh", isOpen: true)
        let (sealed, plain) = (sealed(seal), self.sealed(open))
        #expect(plain.count == sealed.count)
        #expect(plain[1...GossipNonce.size] == sealed[1...GossipNonce.size])
        #expect(self.open(plain, open) == .success(self.plain))
        #expect(self.open(plain, seal) == .failure(.format(GossipSeal.openFormat)))
        #expect(self.open(sealed, open) == .failure(.format(GossipSeal.format)))
        for count in 0..<GossipSeal.overhead {
            #expect(self.open(Array(plain[..<count]), open) == .failure(.tooShort(count)))
        }
    }

    @Test func everyFlippedBitIsFound() throws {
        let seal = try GossipSeal(key: key, label: "mesh")
        let datagram = sealed(seal)
        for offset in datagram.indices {
            for bit in 0..<8 {
                var changed = datagram
                changed[offset] ^= 1 << UInt8(bit)
                let expected: GossipSeal.Failure = offset == 0 ? .format(changed[0]) : .notAuthentic
                #expect(open(changed, seal) == .failure(expected))
            }
        }
    }

    @Test func otherKeysAndOtherMeshes() throws {
        let datagram = sealed(try GossipSeal(key: key, label: "mesh"))
        #expect(open(datagram, try GossipSeal(key: key.reversed(), label: "mesh")) == .failure(.notAuthentic))
        #expect(open(datagram, try GossipSeal(key: key, label: "other")) == .failure(.notAuthentic))
        #expect(throws: GossipSeal.Failure.keyLength(31)) { try GossipSeal(key: Array(key.dropLast()), label: "m") }
    }

    @Test func shortDatagrams() throws {
        let seal = try GossipSeal(key: key, label: "mesh")
        let datagram = sealed(seal)
        for count in 0..<GossipSeal.overhead {
            #expect(open(Array(datagram[..<count]), seal) == .failure(.tooShort(count)))
        }
    }

    @Test func noncesAreUsedOnce() {
        var nonce = GossipNonce(bootID: .max, counter: 0xFFFF_FFFF_FFFD)
        #expect(nonce.withBytes { $0.count } == GossipNonce.size)
        let first = nonce.next()
        let second = nonce.next()
        #expect(first?.withBytes { Array($0) } != second?.withBytes { Array($0) })
        #expect(nonce.next() == nil)
    }
}
