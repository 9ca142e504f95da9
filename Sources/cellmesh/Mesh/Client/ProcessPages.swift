import ControlPlane
import MeshBase
import Reports
import UVDriver
import Wire

/// The same page of every process of a mesh that runs on this machine, whether its control plane runs or not.
enum ProcessPages {
    /// What one process answers.
    struct Answer<Page: Decodable> {
        var name: String
        /// Nil where it has no such page, and where it did not tell.
        var page: Page?
        /// It gave no answer in time, or one that is not understood.
        var isSilent: Bool
    }

    /// Cells and routers by name, then the control plane.
    static func get<Page: Decodable>(
        _ target: String, of mesh: DataDirectory, as type: Page.Type, timeout: TimeAmount = .seconds(2)
    ) -> [Answer<Page>] {
        answers(target, mesh, timeout).map { name, body, isMissing in
            let page = body.flatMap { ReportJSON.decode(type, $0) }
            return Answer(name: name, page: page, isSilent: page == nil && !isMissing)
        }
    }

    /// The same of pages that are text; of those that answered.
    static func texts(_ target: String, _ mesh: DataDirectory, timeout: TimeAmount = .seconds(2)) -> [String] {
        answers(target, mesh, timeout).compactMap { $0.body.map { String(decoding: $0, as: UTF8.self) } }
    }

    private static func answers(
        _ target: String, _ mesh: DataDirectory, _ timeout: TimeAmount
    ) -> [(name: String, body: [UInt8]?, isMissing: Bool)] {
        var names: [String] = []
        var requests: [HTTPOutgoing] = []
        for process in mesh.processes where process.identity.isRunning {
            guard let admin = process.addresses.admin else { continue }
            names.append(process.name)
            requests.append(HTTPOutgoing(.get, admin, target))
        }
        if mesh.controlHolder != nil, let client = try? ControlClient(mesh) {
            names.append("control")
            requests.append(client.request(.get, target))
        }
        let answers = BlockingHTTPClient.send(requests, timeout: timeout)
        return zip(names, answers).map { name, result in
            guard case .success(let answer) = result else { return (name, nil, false) }
            return (name, answer.isSuccess ? answer.body : nil, answer.status == 404)
        }
    }
}
