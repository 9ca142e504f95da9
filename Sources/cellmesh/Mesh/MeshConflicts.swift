import ControlPlane
import MeshBase
import UVDriver
import Wire

/// The keys of a mesh that somebody has to choose for, as its cells tell them.
struct MeshConflicts {
    struct Conflict {
        var customer: String
        var key: String
        /// As the cell has it that knows of most siblings.
        var document: JSONValue

        var siblings: [JSONValue] { document["siblings"].elements }
    }
    /// By customer and key.
    private(set) var conflicts: [Conflict]
    /// Cells that did not tell; every key that only they have is missing.
    private(set) var unheard: [String] = []
    /// There are more keys than are read.
    private(set) var hasMore = false

    /// Keys at most.
    static let most = 1_000

    init(_ mesh: DataDirectory) {
        var known: [String: Conflict] = [:]
        for process in mesh.processes where process.role == "cell" && process.identity.isRunning {
            guard let admin = process.addresses.admin else { continue }
            var path: String? = ConflictsPage.path
            var pages = 0
            while let target = path {
                path = nil
                let answer = try? BlockingHTTPClient.send(HTTPOutgoing(.get, admin, target), timeout: .seconds(2)).get()
                // A cell without a store has no such page.
                if answer?.status == 404 { break }
                guard let answer, answer.isSuccess, let page = JSONParser.parse(answer.body) else {
                    unheard.append(process.name)
                    break
                }
                for document in page["conflicts"].elements {
                    guard let customer = document["customer"].text, let key = document["key"].text else { continue }
                    let conflict = Conflict(customer: customer, key: key, document: document)
                    let name = customer + "/" + key
                    if let other = known[name], other.siblings.count >= conflict.siblings.count { continue }
                    guard known[name] != nil || known.count < Self.most else {
                        hasMore = true
                        break
                    }
                    known[name] = conflict
                }
                pages += 1
                if let next = page["next"].text, !hasMore {
                    if pages < 1_000 { path = ConflictsPage.path(after: next) } else { hasMore = true }
                }
            }
        }
        conflicts = known.values.sorted { ($0.customer, $0.key) < ($1.customer, $1.key) }
    }
}
