import Membership
import MeshBase

/// Random packets of every kind.
enum GossipSamples {
    static func packet(_ rng: inout Generator) -> GossipPacket {
        let body: GossipPacket.Body =
            switch rng.below(10) {
            case 0: .ping(sequence: word(&rng), target: name(&rng))
            case 1: .pingRequest(sequence: word(&rng), target: name(&rng), at: endpoint(&rng))
            case 2: .ack(sequence: word(&rng))
            case 3: .nack(sequence: word(&rng))
            case 4: .gossip
            case 5: .syncRequest(digest(&rng))
            case 6: .syncEqual
            case 7: .syncList(SyncRange(buckets: word(&rng), first: word(&rng), last: word(&rng)))
            case 8: .syncDifference
            default:
                .userEvent(
                    UserEvent(
                        time: rng.next(), origin: name(&rng), name: name(&rng),
                        payload: (0..<rng.below(513)).map { _ in UInt8(truncatingIfNeeded: rng.next()) }))
            }
        let updates = (0..<rng.below(20)).map { _ in update(&rng) }
        return GossipPacket(sender: name(&rng), senderIncarnation: word(&rng), body: body, updates: updates)
    }

    static func update(_ rng: inout Generator) -> MemberUpdate {
        switch rng.below(4) {
        case 0:
            let profile = try! MemberProfile(
                name: name(&rng), role: NodeRole.allCases[Int(rng.below(3))], region: name(&rng), zone: "",
                gossip: endpoint(&rng), data: endpoint(&rng), admin: .unspecified)
            let metadata = MemberMetadata(
                state: .init(rawValue: UInt8(truncatingIfNeeded: rng.next())),
                load: UInt8(truncatingIfNeeded: rng.next()))
            return .alive(profile, metadata, incarnation: word(&rng))
        case 1: return .suspect(name(&rng), incarnation: word(&rng), accuser: name(&rng))
        case 2: return .dead(name(&rng), incarnation: word(&rng), accuser: name(&rng))
        default: return .left(name(&rng), incarnation: word(&rng))
        }
    }

    static func word(_ rng: inout Generator) -> UInt32 { UInt32(truncatingIfNeeded: rng.next()) }

    /// One in four is IPv6.
    static func endpoint(_ rng: inout Generator) -> Endpoint {
        let port = UInt16(truncatingIfNeeded: rng.next()) | 1
        guard rng.below(4) == 0 else { return Endpoint(v4: word(&rng), port: port) }
        return Endpoint(address: IPAddress(high: 0x2001_0db8 << 32 | UInt64(word(&rng)), low: rng.next()), port: port)
    }

    static func digest(_ rng: inout Generator) -> SyncDigest {
        var digest = SyncDigest()
        for bucket in 0..<SyncDigest.bucketCount { digest.buckets[bucket] = word(&rng) }
        return digest
    }

    /// One to 63 bytes, some of them beyond ASCII.
    static func name(_ rng: inout Generator) -> String {
        var name = ""
        let count = 1 + rng.below(30)
        for _ in 0..<count {
            let letters = ["a", "b", "-", "7", "é", "ß"]
            name += letters[Int(rng.below(UInt64(letters.count)))]
        }
        return name
    }
}
