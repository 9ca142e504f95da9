import Blueprints
import Exports
import Foundation
import MeshBase
import Topology

/// A topology that is exported, with the files that it was read from.
struct ExportTopology {
    let source: ExportSource
    private let result: MeshFilesResult
    private let path: String
    private let console: Console
    /// Of each file of the source, absolute.
    let paths: [String]

    /// - Throws: what is wrong with the file, or why its processes could not read it in a container.
    init(_ path: String, console: Console) throws {
        self.path = path
        self.console = console
        let (topology, result) = try TopologyFile.sound(path, console: console)
        self.result = result
        paths = result.sources.map { Self.absolute($0.name == "<stdin>" ? "topology.yaml" : $0.name) }
        let folder = Self.common(paths.map { Array($0.split(separator: "/").dropLast()) })
        let files = zip(paths, result.sources).map { path, source in
            ExportedFile(
                path: path.split(separator: "/").dropFirst(folder).joined(separator: "/"), text: source.text)
        }
        source = ExportSource(mesh: topology, files: files)
        try checkReadable()
        TopologyFile.warn(result, of: path, console: console)
    }

    /// Refuses what the target cannot hold.
    func refuse(_ faults: [ExportFault]) throws {
        guard !faults.isEmpty else { return }
        let refused = result.refused(for: faults.map { ($0.part, $0.message, $0.hint) })
        throw TopologyFile.refusal(of: refused, path, console: console)
    }

    /// In a container the files lie elsewhere: they have to lead to each other all the same.
    private func checkReadable() throws {
        let texts = Dictionary(
            zip(source.files.map { "\(ExportSource.folder)/\($0.path)" }, source.files.map(\.text)),
            uniquingKeysWith: { first, _ in first })
        let topology = source.topologyPath
        let there = MeshFiles.load(yaml: source.files[0].text, named: topology) { path in
            texts[Self.absolute(path)].map { .success($0) }
                ?? .failure(
                    FileFailure(
                        code: .fileMissing,
                        message: "it leads out of what is put into a container: name it from the topology's folder"))
        }
        guard there.topology != source.mesh else { return }
        var refused = there
        refused.topology = nil
        for index in refused.problems.indices where refused.problems[index].file == topology {
            refused.problems[index].file = result.sources[0].name
        }
        refused.sources = result.sources
        throw TopologyFile.refusal(of: refused, path, console: console)
    }

    /// Without `.` and `..`; what a link leads to is not asked.
    private static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardized.path }

    /// How many parts all have in common from the left.
    private static func common(_ folders: [[Substring]]) -> Int {
        var count = folders[0].count
        for folder in folders {
            count = min(count, zip(folder, folders[0]).prefix { $0 == $1 }.count)
        }
        return count
    }

    /// The path of each file as seen from a directory.
    func paths(from directory: String) -> [String] {
        let base = directory.split(separator: "/")
        return paths.map { path in
            let parts = path.split(separator: "/")
            let shared = Self.common([base, Array(parts.dropLast())])
            return (Array(repeating: "..", count: base.count - shared) + parts.dropFirst(shared).map(String.init))
                .joined(separator: "/")
        }
    }
}
