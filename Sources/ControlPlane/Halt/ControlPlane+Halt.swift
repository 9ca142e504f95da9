import Chaos
import Feed
import MeshBase
import Reports
import Telemetry
import Topology
import UVDriver

/// The halt: all that was injected ends, and nothing is let in until somebody says so.
extension ControlPlane {
    package func halt(_ request: HaltRequest, completion: @escaping (Result<HaltReport, APIFailure>) -> Void) {
        do throws(APIFailure) {
            let reason = try Self.reason(request)
            if request.release == true {
                guard reason == nil else { throw APIFailure(400, "A release takes no reason.") }
                let hadOne = try haltDesk.release(now: loop.wallClock())
                return completion(.success(HaltReport(halt: nil, already: !hadOne)))
            }
            let (already, isKept) = haltDesk.call(reason, now: loop.wallClock())
            var report = HaltReport(halt: haltDesk.halt, already: already, kept: isKept)
            // It takes back what it has done, and is not waited for: what it has in force ends here and now.
            if let drill = directory.endDrill(by: "a halt") {
                report.stopped.append("drill \(drill.name) (process \(drill.process.pid))")
            }
            if monkeyDesk.takeIn("the mesh was halted") { report.stopped.append("monkey") }
            let (removed, failure) = try endAll()
            let paused = supervisor.processes.filter { supervisor.isStopped($0) }.map(\.name)
            relieve(removed) { [unowned self] in
                spread(removed) { [unowned self] result in
                    if case .success(let faults) = result { report.ended = faults.faults }
                    resume(supervisor.processes.filter { supervisor.isStopped($0) }.map(\.name)) { [unowned self] _ in
                        report.resumed = paused.filter { name in
                            supervisor[name].map { $0.isRunning && !supervisor.isStopped($0) } ?? false
                        }.map(\.description).sorted()
                        report.down = supervisor.processes.filter(\.isHeldDown).map { "\($0.name)" }
                        completion(failure.map { .failure($0) } ?? .success(report))
                    }
                }
            }
        } catch { completion(.failure(error)) }
    }

    /// Kills and pauses first: they need no file, and end where that cannot be written.
    ///
    /// - Returns: what was ended, and why the rest was not.
    private func endAll() throws(APIFailure) -> ([Fault], APIFailure?) {
        let now = SystemClock.reading()
        let held = faultRegister.schedule.faults.filter { !$0.held.isEmpty }.map(\.id)
        var removed = held.isEmpty ? [] : try faultRegister.remove(held, now: now)
        var failure: APIFailure?
        do throws(APIFailure) { removed += try faultRegister.remove(nil, now: now) } catch {
            failure = APIFailure(
                error.status,
                "The mesh is halted and lets nothing in; what was in force is not all ended: \(error.detail)")
        }
        scheduleFaultExpiry()
        return (removed, failure)
    }

    private static func reason(_ request: HaltRequest) throws(APIFailure) -> String? {
        guard let reason = request.reason, !reason.isEmpty else { return nil }
        guard reason.count <= HaltRequest.longestReason else {
            throw APIFailure(400, "A reason has \(HaltRequest.longestReason) characters at most.")
        }
        // It comes back in the journal, on terminals and on pages, for days.
        guard !reason.unicodeScalars.contains(where: DisplayText.isControl) else {
            throw APIFailure(400, "A reason is a line of text; this one has control characters.")
        }
        return reason
    }

    /// One after the other; each answers at once, or fails.
    private func resume(_ names: [ProcessName], _ done: @escaping ([String]) -> Void) {
        var left = names
        var resumed: [String] = []
        func next() {
            guard let name = left.popLast() else { return done(resumed.sorted()) }
            supervisor.perform(.resume, on: name) { outcome in
                if outcome.action == "resumed" { resumed.append("\(name)") }
                next()
            }
        }
        next()
    }

    /// As the feed has it.
    var feedHalt: FeedSwitch? {
        haltDesk.since.map { FeedSwitch(since: $0 / 1_000_000, text: haltDesk.halt?.reason ?? "faults are refused") }
    }
}
