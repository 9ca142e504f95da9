import ArgumentParser
import ControlPlane
import Laboratories
import MeshBase

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
        guard let document = JSONParser.parse(bytes), case .object = document else {
            throw CommandFailure(
                .usage, "\(from) is no JSON document", hint: "'cellmesh load run -o json > \(from)' writes one")
        }
        return LabRecording(document, name: from)
    }

    /// Makes settings of what the run says; what it does not say is a matter of the arguments.
    func apply(_ take: (LabRecording) throws(LabRefusal) -> Void) throws {
        guard let recording = try recording() else { return }
        do { try take(recording) } catch {
            throw CommandFailure(.usage, error.message, next: "cellmesh load run --help")
        }
    }
}

extension LabRecording {
    /// From the document of a load run; what it does not have stays nil.
    init(_ document: JSONValue, name: String) {
        self.init(name)
        func time(_ key: String) -> TimeAmount? {
            document["latency_ms"][key].double.flatMap {
                $0.isFinite && $0 >= 0 && $0 < 1e9 ? TimeAmount(seconds: $0 / 1_000) : nil
            }
        }
        (p50, p99, longest) = (time("p50"), time("p99"), time("max"))
        guard let requests = document["requests"].double, requests > 0 else { return }
        if let duration = document["duration_ms"].double, duration > 0 { rate = requests / duration * 1_000 }
        guard let ok = document["ok"].double else { return }
        let shed = document["by_priority"].members.reduce(0.0) { $0 + ($1.value["shed"].double ?? 0) }
        let judged = requests - (document["dropped"].double ?? 0) - shed
        if judged > 0 { failures = min(max(judged - ok, 0) / judged, 1) }
    }
}
