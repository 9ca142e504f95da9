import ArgumentParser
import ControlPlane
import Laboratories
import MeshBase
import Reports

/// The option of laboratories that go by a recorded run.
struct RecordingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The document of 'load run -o json': its percentiles (it has no histogram), rate and failures stand in for "
                + "what is not given.", valueName: "run"),
        completion: .file())
    var from: String?

    /// Nil where none is named.
    ///
    /// - Throws: for a file that is not there, and for one that is no such document.
    func recording() throws -> LabRecording? {
        guard let from else { return nil }
        let bytes = try LabOptions.read(from)
        do {
            return LabRecording(try ReportJSON.read(RecordedRun.self, bytes), name: from)
        } catch {
            throw CommandFailure(
                .usage, "\(from) is no document of a load run: \(JSONFailure.describe(error))",
                hint: "'cellmesh load run -o json > \(from)' writes one")
        }
    }

    /// Makes settings of what the run says; what it does not say is a matter of the arguments.
    func apply(_ take: (LabRecording) throws(LabRefusal) -> Void) throws {
        guard let recording = try recording() else { return }
        do { try take(recording) } catch {
            throw CommandFailure(.usage, error.message, next: "cellmesh load run --help")
        }
    }
}

/// What laboratories take of the document of a load run; whatever is missing stays nil.
struct RecordedRun: Decodable {
    struct Latency: Decodable {
        var p50: Double?
        var p99: Double?
        var max: Double?
    }
    struct Share: Decodable {
        var shed: Double?
    }
    var durationMilliseconds: Double?
    var requests: Double?
    var ok: Double?
    var dropped: Double?
    var latency: Latency?
    var byPriority: [String: Share]?

    private enum CodingKeys: String, CodingKey {
        case requests, ok, dropped
        case durationMilliseconds = "duration_ms"
        case latency = "latency_ms"
        case byPriority = "by_priority"
    }
}

extension LabRecording {
    init(_ run: RecordedRun, name: String) {
        self.init(name)
        func time(_ milliseconds: Double?) -> TimeAmount? {
            milliseconds.flatMap { $0.isFinite && $0 >= 0 && $0 < 1e9 ? TimeAmount(seconds: $0 / 1_000) : nil }
        }
        (p50, p99, longest) = (time(run.latency?.p50), time(run.latency?.p99), time(run.latency?.max))
        guard let requests = run.requests, requests > 0 else { return }
        if let duration = run.durationMilliseconds, duration > 0 { rate = requests / duration * 1_000 }
        guard let ok = run.ok else { return }
        let shed = (run.byPriority ?? [:]).values.reduce(0.0) { $0 + ($1.shed ?? 0) }
        let judged = requests - (run.dropped ?? 0) - shed
        if judged > 0 { failures = min(max(judged - ok, 0) / judged, 1) }
    }
}
