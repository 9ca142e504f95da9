import BenchmarkSupport
import MeshBase
import Replication
import Wire

/// What gossip packets and sessions cost to seal and to open.
///
///     swift run -c release seals-benchmark [--rounds N] [--gossip NS] [--session NS]
///
/// The limits are of either direction; without a flag nothing is held against them. Sealing may allocate.
enum SealBenchmark {
    static func run() -> Int32 {
        guard let flags = Benchmark.flags(["--rounds", "--gossip", "--session"]) else { return 64 }
        var benchmark = Benchmark(calls: 50_000, rounds: Int(min(flags["--rounds"] ?? 9, 1_000)), mayAllocate: true)
        let secret = (UInt8(0)..<32).map { $0 }
        guard let seal = try? GossipSeal(key: secret, label: "benchmark") else { return 70 }
        for size in [100, 500, 1_300] {
            let plain = [UInt8](repeating: 7, count: size)
            var datagram = ByteBuffer(capacity: 2_048)
            var opened = ByteBuffer(capacity: 2_048)
            benchmark.measure("seal a packet of \(size) bytes", limit: flags["--gossip"]) { calls in
                for call in 0..<calls {
                    datagram.removeAll()
                    plain.withUnsafeBytes {
                        seal.seal($0, nonce: GossipNonce(bootID: 1, counter: UInt64(call)), into: &datagram)
                    }
                }
            }
            benchmark.measure("open a packet of \(size) bytes", limit: flags["--gossip"]) { calls in
                for _ in 0..<calls {
                    opened.removeAll()
                    try? seal.open(datagram.bytes, into: &opened)
                }
            }
            guard opened.count == size else { return 70 }
        }
        let sessions = SessionSeal(secret: secret, mesh: "benchmark")
        let token = sessions.text(SessionRecord(customer: CustomerHash(rawValue: 7), floor: 1, seen: []))
        benchmark.measure("read a session", limit: flags["--session"]) { calls in
            for _ in 0..<calls { token.withUnsafeBytes { Benchmark.consume(sessions.read($0)) } }
        }
        return benchmark.report()
    }
}
