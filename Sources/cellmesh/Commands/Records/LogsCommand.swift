import ArgumentParser
import Blueprints
import ControlPlane
import MeshBase

struct LogsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print what the processes of a mesh have logged.",
        discussion: """
            Of one process its lines as they are; of all processes with their names in front, one process after \
            another. A running mesh is not needed.

              cellmesh logs us-east-1 --tail 20
              cellmesh logs control --follow
            """)

    @Argument(help: "A cell, a router or 'control'; all of them where left out.")
    var target: String?

    @Option(help: ArgumentHelp("So many lines of each process.", valueName: "count"))
    var tail: Int = 100

    @Flag(name: .shortAndLong, help: "Go on, with new lines as they come.")
    var follow = false

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let directory = try mesh.known()
        var logs = try files(directory)
        let isOne = target != nil
        for position in logs.indices {
            show(logs[position].tail.next().suffix(max(tail, 0)), logs[position].name, isOne, console)
        }
        while follow {
            Pause.sleep(.milliseconds(200))
            for position in logs.indices {
                show(logs[position].tail.next()[...], logs[position].name, isOne, console)
            }
        }
    }

    private func show(
        _ lines: ArraySlice<Substring.UTF8View>, _ name: String, _ isOne: Bool, _ console: Console
    ) {
        for line in lines {
            let text = String(line) ?? ""
            switch console.format {
            case .json:
                console.data(
                    JSONValue.object([("process", .string(name)), ("line", .string(text))]).json(.compact) + "\n")
            case .yaml:
                console.data(
                    JSONValue.array([.object([("process", .string(name)), ("line", .string(text))])]).yaml())
            default: console.data(isOne ? text + "\n" : "\(name) | \(text)\n")
            }
        }
    }

    private func files(_ mesh: DataDirectory) throws -> [(name: String, tail: FileTail)] {
        var known = [(name: "control", path: mesh.controlLogPath)]
        for (role, folder) in [(NodeRole.cell, "cells"), (.router, "routers")] {
            known += SystemFile.names(in: "\(mesh.path)/\(folder)").map {
                (name: "\(role.name)/\($0)", path: mesh.logPath(of: role, $0))
            }
        }
        guard let target else { return known.map { ($0.name, FileTail(path: $0.path)) } }
        guard let found = known.first(where: { $0.name == target || $0.name.hasSuffix("/" + target) }) else {
            let names = known.map { $0.name.split(separator: "/").last.map(String.init) ?? $0.name }
            throw CommandFailure(
                .usage, "mesh '\(mesh.name)' has no process '\(target)'",
                hint: NearestWord.hint(for: target, among: names, listing: "there are"))
        }
        return [(found.name, FileTail(path: found.path))]
    }
}
