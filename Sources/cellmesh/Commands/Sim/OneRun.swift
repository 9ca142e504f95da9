import MeshBase
import SimDriver

/// What `sim run` and `sim replay` have in common: one run, and its report.
enum OneRun {
    /// - Parameters:
    ///   - replay: the command that runs it again, told where the simulator traps.
    ///   - wallLimit: in real time.
    /// - Returns: the exit code.
    static func report(
        _ configuration: SimConfiguration, twice: Bool, wallLimit: TimeAmount, replay: String, _ console: Console
    ) throws -> Int32 {
        CrashReporter.install()
        CrashReporter.begin(replay)
        let begun = Pause.now()
        let deadline = begun + wallLimit
        var report: SimulationReport
        do {
            report = try SimRun.run(configuration, twice: twice) { _ in Pause.now() < deadline }
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
        report.wallMilliseconds = (Pause.now() - begun).milliseconds
        console.show(SimView.make(report, plan: configuration.faults))
        return report.exitCode
    }
}
