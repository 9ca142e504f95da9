import ArgumentParser

struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Write the completion script of a shell.",
        discussion: """
              cellmesh completion bash > ~/.local/share/bash-completion/completions/cellmesh
              cellmesh completion zsh  > ~/.zfunc/_cellmesh
              cellmesh completion fish > ~/.config/fish/completions/cellmesh.fish
            """)

    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash, zsh, fish
    }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() {
        let shell: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        Console(format: .table, color: .never).document(CellMesh.completionScript(for: shell) + "\n")
    }
}
