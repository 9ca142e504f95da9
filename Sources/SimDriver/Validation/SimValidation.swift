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
}
