import MeshBase
import SimDriver

/// What `sim run` and `sim replay` have in common: one run, and its report.
enum OneRun {
    /// - Parameters:
    ///   - record: where the run is written down as the feed of a mesh; nil: nowhere.
    ///   - replay: the command that runs it again, told where the simulator traps.
    ///   - wallLimit: in real time.
    /// - Returns: the exit code.
    static func report(
        _ configuration: SimConfiguration, twice: Bool, record: String? = nil, wallLimit: TimeAmount, replay: String,
        _ console: Console
    ) throws -> Int32 {
        CrashReporter.install()
        CrashReporter.begin(replay)
        let begun = Pause.now()
        let deadline = begun + wallLimit
        let output = try record.map { try RecordingOutput($0) }
        let feed = output.map { output in SimFeed { bytes in _ = output.append(bytes) } }
        var report: SimulationReport
        do {
            report = try SimRun.run(configuration, feed: feed, twice: twice) { _ in Pause.now() < deadline }
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
        report.wallMilliseconds = (Pause.now() - begun).milliseconds
        console.show(SimView.make(report, plan: configuration.faults))
        if let output {
            try output.close()
            console.next("cellmesh dashboard \(output.path)")
        }
        return report.exitCode
    }
}
