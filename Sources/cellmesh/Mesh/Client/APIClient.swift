import ControlPlane
import MeshBase
import Reports
import UVDriver
import Wire

/// Talks to the control plane of one mesh; its answers are read as the types of `Reports`.
struct APIClient {
    let mesh: DataDirectory
    private let client: ControlClient

    /// Of the API, without a path.
    var address: String { "http://\(client.endpoint)" }

    /// Long enough for a control plane that is busy starting cells.
    static let patience = TimeAmount.seconds(10)

    init(_ mesh: DataDirectory) throws {
        self.mesh = mesh
        do {
            client = try ControlClient(mesh)
        } catch DataDirectoryError.noMesh {
            throw CommandFailure(
                .unhealthy, "the control plane of mesh '\(mesh.name)' is still starting",
                next: "cellmesh logs control --mesh \(mesh.name)")
        } catch {
            throw CommandFailure(error)
        }
    }

    func get<Answer: Decodable>(
        _ target: String, as type: Answer.Type = Answer.self, timeout: TimeAmount = Self.patience
    ) throws -> Answer {
        try document(.get, target, [], timeout)
    }

    /// - Parameter conflict: what a command ends with whose request does not fit the state of the mesh (409).
    func post<Answer: Decodable>(
        _ target: String, _ body: some Encodable, as type: Answer.Type = Answer.self,
        timeout: TimeAmount = Self.patience, conflict: ExitStatus = .failed
    ) throws -> Answer {
        try document(.post, target, ReportJSON.encode(body), timeout, conflict)
    }

    func delete<Answer: Decodable>(
        _ target: String, as type: Answer.Type = Answer.self, timeout: TimeAmount = Self.patience,
        conflict: ExitStatus = .failed
    ) throws -> Answer {
        try document(.delete, target, [], timeout, conflict)
    }

    private func document<Answer: Decodable>(
        _ method: HTTPMethod, _ target: String, _ body: [UInt8], _ timeout: TimeAmount, _ conflict: ExitStatus = .failed
    ) throws -> Answer {
        let answer: [UInt8]
        do {
            answer = try client.send(method, target, body: body, timeout: timeout)
        } catch {
            throw failure(error, conflict)
        }
        do {
            return try ReportJSON.read(Answer.self, answer)
        } catch {
            throw CommandFailure(
                "the answer of the control plane to \(target) is not understood: \(JSONFailure.describe(error))",
                next: "cellmesh doctor --mesh \(mesh.name)")
        }
    }

    private func failure(_ failure: ControlClient.Failure, _ conflict: ExitStatus) -> CommandFailure {
        switch failure {
        case .unreachable(let reason):
            CommandFailure(
                .unhealthy, "the control plane of mesh '\(mesh.name)' does not answer: \(reason)",
                next: "cellmesh doctor --mesh \(mesh.name)")
        case .refused(let code, let detail):
            switch code {
            case 400, 404: CommandFailure(.usage, meant: detail)
            case 409: CommandFailure(conflict, detail, next: NextStep.advised(by: detail))
            default:
                CommandFailure(code >= 503 ? .unhealthy : .failed, detail, next: NextStep.advised(by: detail))
            }
        }
    }
}
