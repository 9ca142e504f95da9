import MeshBase
import Topology

/// Holds the simulator against what is known from elsewhere.
package enum SimValidation {
    /// - Parameters:
    ///   - topology: of the runs that are made twice.
    ///   - effort: scales the number of draws; 1 takes a few seconds.
    ///   - progress: called between the parts; false stops.
    /// - Returns: nil when it was stopped.
    package static func run(
        _ topology: MeshTopology, seed: UInt64, effort: Double = 1,
        progress: @escaping (String) -> Bool = { _ in true }
    ) throws(SimRefusal) -> [KnownAnswer]? {
        var answers: [KnownAnswer] = []
        let arrivals = max(1_000, Int(50_000 * effort))
        for servers in [1, 2, 4, 10] {
            guard progress("M/M/\(servers)") else { return nil }
            let line = WaitingLine(servers: servers, load: 0.8)
            let batches = line.run(batches: 24, arrivals: arrivals, seed: seed)
            answers.append(
                KnownAnswer(
                    "M/M/\(servers) at load 0.8: chance to wait", expected: line.waitingChance,
                    batches: batches.map { Double($0.waited) / Double($0.arrivals) }))
            answers.append(
                KnownAnswer(
                    "M/M/\(servers) at load 0.8: mean wait in services", expected: line.meanWait,
                    batches: batches.map { $0.wait / Double($0.arrivals) }))
        }
        guard progress("SWIM") else { return nil }
        answers.append(try firstSuspicion(seed: seed, batches: 20, runs: max(5, Int(20 * effort))))
        guard progress("determinism") else { return nil }
        let swarm = SimSwarm(topology: topology, duration: .seconds(5), rate: 50)
        var different = 0
        for seed in seed..<seed + 4 {
            let report = try SimRun.checkDeterminism(swarm.configuration(seed: seed)) { _ in progress("determinism") }
            guard !report.findings.contains(.outOfTime) else { return nil }
            if report.findings.contains(.nondeterminism) { different += 1 }
        }
        answers.append(
            KnownAnswer("runs of 4 seeds whose repetition differed", expected: 0, exactly: Double(different)))
        return answers
    }

    /// Each member probes one other in a period, so that for a large mesh nobody probes a crashed one in a period with
    /// chance 1/e, and the first who does comes after e/(e - 1) = 1.58 periods on average (Das, Gupta and Motivala 2002).
    private static func firstSuspicion(seed: UInt64, batches: Int, runs: Int) throws(SimRefusal) -> KnownAnswer {
        let members = 50
        var means: [Double] = []
        for batch in 0..<batches {
            var sum = 0.0
            for run in 0..<runs {
                var trial = SwimTrial(
                    members: members, loss: 0, starved: 0, swim: .lan, seed: seed &+ UInt64(batch * runs + run))
                trial.duration = .seconds(40)
                trial.crashAt = .seconds(10)
                let suspected = try trial.run()?.suspected ?? trial.duration
                // What a probe says is known at the end of its own period.
                let period = trial.swim.probeInterval
                sum += ((suspected - period).milliseconds / period.milliseconds).rounded(.up)
            }
            means.append(sum / Double(runs))
        }
        return KnownAnswer(
            "SWIM, \(members) members: periods until a crashed one is probed", expected: periods(members: members),
            batches: means)
    }

    /// The expectation for a mesh of this size, where each member goes through a shuffled list of the others instead of
    /// drawing: e/(e - 1) in the limit.
    static func periods(members: Int) -> Double {
        let others = members - 1
        let size = Double(others)
        /// That one member does not probe a given other within `count` periods, at a random place of its list.
        func none(in count: Int) -> Double {
            var sum = 0.0
            for left in 0..<others {
                let here = min(count, left)
                sum += (1 - Double(here) / size) * (1 - Double(count - here) / size)
            }
            return sum / size
        }
        var expected = 0.0
        for count in 0..<others {
            var nobody = 1.0
            for _ in 0..<others { nobody *= none(in: count) }
            expected += nobody
        }
        return expected
    }
}
