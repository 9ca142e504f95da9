import ArgumentParser
import ControlPlane
import Exports
import Foundation
import MeshBase
import Topology

struct ExportKubernetesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kubernetes", abstract: "Write a mesh as objects of Kubernetes.",
        discussion: """
            A namespace for each cell with quota, limits, a wall that only the mesh's routers pass, and a volume; one for \
            the routers and one for a control plane that watches. Where the target cannot hold the topology nothing is \
            written.

              cellmesh export kubernetes mesh.yaml --output shop --image registry.example.com/cellmesh:0.1.0
              kubectl apply -k shop

            --flavour podman writes what 'podman play kube' can play on one machine.
            """)

    @Argument(help: "The topology.", completion: .file())
    var topology: String

    @Option(help: ArgumentHelp("The directory to write; it is new, or empty.", valueName: "dir"))
    var output: String

    @Option(help: ArgumentHelp("The image of every container.", valueName: "name"))
    var image: String?

    @Flag(help: "Put it in the place of an earlier export.")
    var force = false

    @OptionGroup var options: KubernetesOptions
    @OptionGroup var reporting: ExportReporting

    /// The mesh's secret, beside what is made of it.
    private static let secretFile = "mesh.secret"

    func run() throws {
        let console = reporting.console
        let exported = try ExportTopology(topology, console: console)
        let folder = try ExportFolder(output)
        let isForPodman = options.flavour == .podman
        let settings = try settings(exported.source.mesh, folder)
        var files: [ExportedFile]
        if isForPodman {
            let export = PodmanExport(exported.source, settings, port: options.port)
            try exported.refuse(export.faults)
            files = export.files
        } else {
            let export = KubernetesExport(exported.source, settings)
            try exported.refuse(export.faults)
            files = export.files
        }
        if case .written(let secret) = settings.secret {
            let secrets = [Self.secretFile] + files.filter(\.isSecret).map(\.path)
            files += [
                ExportedFile(path: Self.secretFile, text: secret + "\n", isSecret: true),
                ExportedFile(path: ".gitignore", text: secrets.map { "/\($0)\n" }.joined()),
            ]
        }
        console.show(ExportedFilesView.make(try folder.fill(with: files, replaces: force)))
        tell(console, exported.source.mesh, files, isForPodman: isForPodman)
        console.message(
            isForPodman
                ? "the commands are at the top of \(folder.path)/mesh.yaml"
                : "kubectl apply -k \(ShellWord.quoted(folder.path))")
    }

    private func settings(_ mesh: MeshTopology, _ folder: ExportFolder) throws -> KubernetesSettings {
        let isForPodman = options.flavour == .podman
        var settings = KubernetesSettings(
            image: image ?? (isForPodman ? "localhost/" : "") + "cellmesh:\(Version.text)", isOwnImage: image != nil,
            prefix: options.namespacePrefix ?? "\(mesh.name)-", secret: try secret(folder))
        settings.quota = options.quota.quota
        settings.limits = options.limits.limits
        settings.placement = options.placement
        settings.service = options.service
        settings.storage = options.storage.bytes
        settings.storageClass = options.storageClass
        return settings
    }

    private func secret(_ folder: ExportFolder) throws -> KubernetesSettings.Secret {
        // A mesh that runs has the earlier one: another would be another mesh's.
        let earlier = try earlierSecret(folder)
        let given = try options.secretFile.map { try SecretFile.read($0) }
        if options.secret == nil, let secret = given ?? earlier, earlier ?? secret == secret {
            return .written(SecretText.hex(secret))
        }
        guard earlier == nil else {
            throw CommandFailure(
                "the secret of the earlier export, \(folder.path)/\(Self.secretFile), would be lost; nothing was written",
                hint: "move that file away")
        }
        return options.secret.map { .existing($0) } ?? .written(SecretText.random(bytes: 32))
    }

    private func earlierSecret(_ folder: ExportFolder) throws -> [UInt8]? {
        guard force, let earlier = try folder.earlier(Self.secretFile, most: 1024) else { return nil }
        guard let bytes = SecretText.bytes(hex: earlier), bytes.count == 32 else {
            throw CommandFailure(
                "\(folder.path)/\(Self.secretFile) does not hold 32 bytes in hexadecimal; nothing was written",
                hint: "move it away, or bring back what it held")
        }
        return bytes
    }

    /// What does not stand in the files.
    private func tell(_ console: Console, _ mesh: MeshTopology, _ files: [ExportedFile], isForPodman: Bool) {
        let secrets = files.filter(\.isSecret).map(\.path)
        if !secrets.isEmpty {
            console.message("the mesh's secret is in \(secrets.joined(separator: " and ")), which only you may read")
        }
        guard !isForPodman else { return }
        if mesh.restart == .never {
            console.message("Kubernetes starts again what dies: 'restart: never' of the topology is not kept there")
        }
        if mesh.membership.profile == .local {
            console.message(
                "'membership: {profile: local}' is for one machine; in a cluster choose lan, over regions wan")
        }
    }
}
