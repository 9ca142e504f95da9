import ControlPlane
import MeshBase
import Replication
import Reports
import Store
import UVDriver
import Wire

/// The keys of a mesh that somebody has to choose for, as its cells tell them; its control plane is not asked.
struct MeshConflicts {
    /// In the order of the stores.
    let conflicts: [ConflictList.Conflict]
    /// Cells that did not tell; every key that only they have is missing.
    private(set) var unheard: [String] = []
    /// Behind which the next page begins, as `after` takes it; nil where there is none.
    let next: String?

    /// Keys at most.
    static let most = 1_000
    /// Pages of one cell at most: of many keys few may be on the queue.
    private static let mostPages = 1_000

    /// - Parameters:
    ///   - after: where the page before ended; nil for the first one.
    ///   - limit: 1...`most`.
    init(_ mesh: DataDirectory, after: RecordPosition?, limit: Int) {
        var list = ConflictList(limit: limit)
        let first = after.map { ConflictsPage.path(after: $0.text) } ?? ConflictsPage.path
        for process in mesh.processes where process.role == "cell" && process.identity.isRunning {
            guard let admin = process.addresses.admin else { continue }
            var path = first
            for number in 1... {
                let answer = try? BlockingHTTPClient.send(HTTPOutgoing(.get, admin, path), timeout: .seconds(2)).get()
                // A cell without a store has no such page.
                if answer?.status == 404 { break }
                guard let answer, answer.isSuccess, let page = ReportJSON.decode(ConflictsReport.Page.self, answer.body)
                else {
                    unheard.append(process.name)
                    break
                }
                guard let next = list.add(page), let position = RecordPosition(text: next) else { break }
                guard number < Self.mostPages else {
                    list.stop(at: position)
                    break
                }
                path = ConflictsPage.path(after: next)
            }
        }
        conflicts = list.conflicts
        next = list.end?.text
    }
}
