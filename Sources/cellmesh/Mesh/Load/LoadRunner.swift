import ControlPlane
import Glibc
import LoadGenerator
import MeshBase
import UVDriver

/// Runs a load on a loop of its own, in this process.
enum LoadRunner {
    /// - Parameters:
    ///   - mesh: whose cells are asked what they have done.
    ///   - directory: where it tells how far it is.
    /// - Returns: the report, what it has found beside, and whether a person ended it early.
    static func run(
        _ router: Endpoint, _ configuration: LoadConfiguration, _ mesh: MeshCharges, _ directory: DataDirectory,
        _ console: Console
    ) throws -> (report: LoadReport, facts: LoadFacts, isInterrupted: Bool) {
        do {
            try ProcessSetup.ignoreBrokenPipes()
            try ProcessSetup.raiseOpenFiles(to: 65_536)
            let loop = try EventLoop()
            let load = try LoadRun(loop: loop, target: router, configuration: configuration)
            var report: LoadReport?
            var signals: [SignalWatcher] = []
            let progress = ProgressLine(console)
            var isInterrupted = false
            for signal in [SIGINT, SIGTERM] {
                signals.append(
                    try SignalWatcher(loop: loop, signal: signal) {
                        if signal == SIGINT { isInterrupted = true }
                        load.stop()
                    })
            }
            let board = LoadBoard(directory, configuration)
            defer { board?.close() }
            let machine = MachineNoise()
            load.onProgress = { [unowned load] in
                progress.show(wording($0, of: configuration.duration))
                board?.show($0, of: load)
            }
            load.onFinish = {
                report = $0
                signals.forEach { $0.close() }
            }
            try load.start()
            loop.run()
            progress.end()
            loop.close()
            guard var report else { throw CommandFailure("the load ended without a report") }
            mesh.complete(&report, of: load)
            var noise = load.noise
            machine.complete(&noise)
            let facts = LoadFacts(
                series: load.series(), noise: noise, claims: load.claims(report), begun: load.times.begun,
                ended: load.times.ended)
            return (report, facts, isInterrupted)
        } catch let error as LoadError {
            throw CommandFailure(.usage, error.message)
        } catch let error as UVError {
            throw CommandFailure("the load cannot be sent: \(error)")
        }
    }

    private static func wording(_ progress: LoadProgress, of duration: TimeAmount) -> String {
        "\(progress.phase.rawValue) \(Wording.fixed(progress.elapsed.seconds, 0)) of "
            + "\(Wording.fixed(duration.seconds, 0)) s: \(Wording.fixed(progress.rate, 0))/s, "
            + "\(Wording.percent(progress.okShare)) ok, p50 \(Wording.time(milliseconds: progress.p50.milliseconds)), "
            + "p99 \(Wording.time(milliseconds: progress.p99.milliseconds))"
            + (progress.dropped > 0 ? ", \(progress.dropped) dropped" : "")
    }
}
