import MeshBase
import Reports
import UVDriver
import Wire

/// The API as commands see it.
package struct ControlClient: Sendable {
    package enum Failure: Error, Equatable, CustomStringConvertible {
        /// The control plane does not run, or cannot be reached.
        case unreachable(String)
        /// It said no.
        case refused(status: Int, detail: String)

        package var description: String {
            switch self {
            case .unreachable(let reason): "the control plane does not answer: \(reason)"
            case .refused(_, let detail): detail
            }
        }
    }

    package let endpoint: Endpoint
    private let token: String
    private let mesh: String

    /// - Throws: `noMesh` where no control plane has said where it is.
    package init(_ directory: DataDirectory) throws(DataDirectoryError) {
        guard let control = try directory.control(), let endpoint = control.apiEndpoint else {
            throw .noMesh(home: directory.path)
        }
        self.endpoint = endpoint
        token = try directory.token()
        mesh = directory.name
    }

    package func request(_ method: HTTPMethod, _ target: String, body: [UInt8] = []) -> HTTPOutgoing {
        var request = HTTPOutgoing(method, endpoint, target, body: body)
        request.set("Authorization", "Bearer \(token)")
        if !body.isEmpty { request.set("Content-Type", "application/json") }
        return request
    }

    /// The body of a successful answer.
    package func send(
        _ method: HTTPMethod, _ target: String, body: [UInt8] = [], timeout: TimeAmount = .seconds(5)
    ) throws(Failure) -> [UInt8] {
        switch BlockingHTTPClient.send(request(method, target, body: body), timeout: timeout) {
        case .failure(let error): throw .unreachable(error.description)
        case .success(let answer):
            if answer.isSuccess { return answer.body }
            let problem = ReportJSON.decode(ProblemReport.self, answer.body)
            throw .refused(status: answer.status, detail: problem?.detail ?? "status \(answer.status)")
        }
    }

    package func down() throws(Failure) { _ = try send(.post, "/v1/down") }
}
