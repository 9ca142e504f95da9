import DequeModule
import MeshBase

/// A waiting line of theory, M/M/c: arrivals and services at exponential distances, c servers, first come first served.
/// It runs on the simulator's calendar queue and generator, whose order and chances it thereby tests.
struct WaitingLine {
    let servers: Int
    /// Share of the servers' time that is used, below 1.
    let load: Double

    private static let arrival: UInt64 = 0
    private static let departure: UInt64 = 1
    /// Nanoseconds that a service takes on average.
    private static let service = 1_000_000.0

    /// The chance to wait (Erlang's C).
    var waitingChance: Double {
        let offered = load * Double(servers)
        // Erlang's B by its recursion.
        var blocked = 1.0
        for server in 1...servers { blocked = offered * blocked / (Double(server) + offered * blocked) }
        return blocked / (1 - load * (1 - blocked))
    }

    /// The mean wait, in mean services.
    var meanWait: Double { waitingChance / (Double(servers) * (1 - load)) }

    struct Batch {
        var waited = 0
        var arrivals = 0
        var wait = 0.0
    }

    /// Batches of arrivals one after the other, after as many arrivals as one of them for warming up.
    func run(batches: Int, arrivals: Int, seed: UInt64) -> [Batch] {
        var rng = Generator(seed: seed, concern: "sim.validate.line", node: UInt64(servers))
        var queue = SwimQueue(members: servers * 100)
        var result: [Batch] = []
        var waiting = Deque<Int64>()
        var (busy, seen) = (0, 0)
        var batch = Batch()
        func time(_ mean: Double) -> Int64 { Int64(-naturalLogarithm(1 - rng.unit()) * mean) }
        let between = Self.service / (load * Double(servers))
        queue.push(Self.arrival, at: time(between))
        while result.count < batches, let entry = queue.pop(until: .max) {
            if entry.what == Self.arrival {
                queue.push(Self.arrival, at: entry.at + time(between))
                seen += 1
                if busy < servers {
                    busy += 1
                    queue.push(Self.departure, at: entry.at + time(Self.service))
                } else {
                    batch.waited += 1
                    waiting.append(entry.at)
                }
                batch.arrivals += 1
                if batch.arrivals == arrivals {
                    if seen > arrivals { result.append(batch) }
                    batch = Batch()
                }
            } else if let since = waiting.popFirst() {
                batch.wait += Double(entry.at - since) / Self.service
                queue.push(Self.departure, at: entry.at + time(Self.service))
            } else {
                busy -= 1
            }
        }
        return result
    }
}
