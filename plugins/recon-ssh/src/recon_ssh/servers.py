"""SSH and SFTP servers that one installs on a machine, and the hosted ones."""

from __future__ import annotations

from recon import Match
from recon_ssh.grammar import START, server

MATCHES = (
    server(
        rb"dropbear(?:_(?P<version>\d[\w.]*)(?P<variant>-[^ \r\n]+)?)?",
        "Dropbear",
        {
            b"dropbear_2022.83": {"version": "2022.83"},
            b"dropbear_0.52": {
                "version": "0.52",
                "cpe": "cpe:2.3:a:dropbear_ssh_project:dropbear_ssh:0.52:*:*:*:*:*:*:*",
            },
            b"dropbear": {},
        },
        vendor="dropbear_ssh_project",
        cpe="cpe:2.3:a:dropbear_ssh_project:dropbear_ssh",
    ),
    server(
        rb"tinyssh_(?P<version>\d[\w.]*)(?:-(?P<revision>[\w.+~]+))?",
        "TinySSH",
        {b"tinyssh_20240101 GHSYQTBA": {"version": "20240101", "comment": "GHSYQTBA"}},
        vendor="tinyssh",
    ),
    # The engine's version stands first, the server's own in the comment.
    Match(
        START
        + rb"(?P<engine>\d[\d.]*) (?:FlowSsh: Bitvise SSH Server \(WinSSHD\)|sshlib: (?:Bitvise SSH Server|WinSSHD))"
        + rb"(?: (?P<version>\d[\w.]*))?(?:: (?P<comment>[^\r\n]*))?[ ]?\r?\n",
        service="ssh",
        vendor="bitvise",
        product="Bitvise SSH Server",
        cpe="cpe:2.3:a:bitvise:ssh_server",
        examples={
            b"SSH-2.0-9.32 FlowSsh: Bitvise SSH Server (WinSSHD) 9.32: free only for personal non-commercial use\r\n": {
                "engine": "9.32",
                "version": "9.32",
                "comment": "free only for personal non-commercial use",
            },
            b"SSH-2.0-8.49 FlowSsh: Bitvise SSH Server (WinSSHD) 8.49\r\n": {"version": "8.49"},
            b"SSH-2.0-9.99 FlowSsh: Bitvise SSH Server (WinSSHD) \r\n": {"product": "Bitvise SSH Server"},
            b"SSH-2.0-1.82 sshlib: WinSSHD 4.06a\r\n": {"version": "4.06a", "engine": "1.82"},
        },
    ),
    Match(
        START + rb"(?P<version>\d[\d.]*) SSH Tectia Server(?: (?P<comment>[^\r\n]*))?\r?\n",
        service="ssh",
        vendor="ssh",
        product="Tectia Server",
        cpe="cpe:2.3:a:ssh:tectia_server",
        examples={b"SSH-2.0-6.4.12.353 SSH Tectia Server\r\n": {"version": "6.4.12.353"}},
    ),
    Match(
        START + rb"(?P<version>\d[\d.]*) SSH Secure Shell(?: (?P<comment>[^\r\n]*))?\r?\n",
        service="ssh",
        vendor="ssh",
        product="SSH Secure Shell",
        examples={
            b"SSH-1.99-3.2.9.1 SSH Secure Shell (non-commercial)\r\n": {
                "version": "3.2.9.1",
                "comment": "(non-commercial)",
            },
        },
    ),
    # The first implementation says its version only.
    Match(
        START + rb"(?P<version>[123]\.\d+\.\d+(?:\.\d+)?)(?: (?P<comment>\([^\r\n]*\)|F-SECURE[^\r\n]*))?\r?\n",
        service="ssh",
        vendor="ssh",
        product="SSH Secure Shell",
        name="ssh.secure-shell-number",
        examples={
            b"SSH-1.5-1.2.33\r\n": {"version": "1.2.33", "protocol": "1.5"},
            b"SSH-1.99-2.4.0 (non-commercial)\r\n": {"version": "2.4.0"},
        },
    ),
    # The version is that of the library; its user adds a name.
    Match(
        START + rb"(?P<engine>\d\.\d+(?:\.\d+)?)[ _]sshlib(?:: ?| )Global[Ss][Cc][^\r\n]*\r?\n",
        service="ssh",
        vendor="globalscape",
        product="GlobalSCAPE EFT",
        cpe="cpe:2.3:a:globalscape:eft_server",
        examples={b"SSH-2.0-1.82 sshlib: GlobalScape\r\n": {"engine": "1.82"}},
    ),
    server(
        rb"http://www\.sshtools\.com J2SSH \[SERVER\]",
        "J2SSH",
        {b"http://www.sshtools.com J2SSH [SERVER]": {}},
        vendor="sshtools",
    ),
    server(rb"Sun_SSH_(?P<version>\d[\w.]*)", "Sun SSH", {b"Sun_SSH_1.1.5": {"version": "1.1.5"}}, vendor="sun"),
    server(
        rb"VShell_(?P<version>\d\w*)",
        "VShell",
        {b"VShell_4_0_0_123 VShell": {"version": "4_0_0_123", "comment": "VShell"}},
        vendor="vandyke",
    ),
    server(
        rb"mod_sftp(?:/(?P<version>\d[\w.]*))?",
        "ProFTPD mod_sftp",
        {b"mod_sftp/0.9.9": {"version": "0.9.9"}, b"mod_sftp": {}},
        vendor="proftpd",
    ),
    server(
        rb"Serv-U_(?P<version>\d[\w.]*)",
        "Serv-U",
        {b"Serv-U_15.1.6.25": {"version": "15.1.6.25"}},
        vendor="solarwinds",
    ),
    server(
        rb"CerberusFTPServer_(?P<version>\d[\w.]*)",
        "Cerberus FTP Server",
        {b"CerberusFTPServer_12.0": {"version": "12.0"}},
        vendor="cerberusftp",
        cpe="cpe:2.3:a:cerberusftp:ftp_server",
    ),
    server(
        rb"(?i:CrushFTP)(?:SSHD)?(?:_(?P<version>\d[\w.]*))?",
        "CrushFTP",
        {b"CrushFTPSSHD": {}, b"CrushFTPSSHD_5": {"version": "5"}},
        vendor="crushftp",
    ),
    server(rb"WingFTP(?:[sS]erver)?", "Wing FTP Server", {b"WingFTPserver": {}}, vendor="wftpserver"),
    server(
        rb"xlightftpd_release_(?P<version>\d[\w.]*)",
        "Xlight FTP Server",
        {b"xlightftpd_release_3.9.3.1": {"version": "3.9.3.1"}},
        vendor="xlightftpd",
    ),
    server(
        rb"CoreFTP-(?P<version>\d[\w.]*)",
        "Core FTP Server",
        {b"CoreFTP-0.3.3": {"version": "0.3.3"}},
        vendor="coreftp",
        cpe="cpe:2.3:a:coreftp:core_ftp",
    ),
    server(
        rb"GoAnywhere(?P<version>\d[\w.]*)",
        "GoAnywhere MFT",
        {b"GoAnywhere7.1.0": {"version": "7.1.0"}},
        vendor="fortra",
        cpe="cpe:2.3:a:fortra:goanywhere_managed_file_transfer",
    ),
    server(
        rb"SFTPGo(?:_(?P<version>\d[\w.]*)(?P<variant>-[^ \r\n]+)?)?",
        "SFTPGo",
        {b"SFTPGo_2.5.4": {"version": "2.5.4"}, b"SFTPGo": {}},
        vendor="sftpgo_project",
    ),
    server(
        rb"GerritCodeReview_(?P<version>\d[\w.]*)(?P<variant>-[^ \r\n]+)?",
        "Gerrit",
        {b"GerritCodeReview_3.1.4 (APACHE-SSHD-2.4.0)": {"version": "3.1.4", "comment": "(APACHE-SSHD-2.4.0)"}},
        vendor="google",
    ),
    server(rb"GitLab-SSHD", "GitLab SSHD", {b"GitLab-SSHD": {}}, vendor="gitlab", cpe="cpe:2.3:a:gitlab:gitlab-shell"),
    server(rb"babeld-(?P<build>[0-9a-f]+)", "GitHub babeld", {b"babeld-83b59434": {"build": "83b59434"}}),
    server(rb"conker_(?P<build>[^ \r\n]+)", "Bitbucket conker", {b"conker_1.2.34-5678": {"build": "1.2.34-5678"}}),
    server(rb"AWS_SFTP_(?P<version>\d[\w.]*)", "AWS Transfer Family", {b"AWS_SFTP_1.1": {"version": "1.1"}}),
    server(rb"AzureSSH_(?P<version>\d[\w.]*)", "Azure Blob SFTP", {b"AzureSSH_1.0.0": {"version": "1.0.0"}}),
    server(rb"Teleport", "Teleport", {b"Teleport": {}}, vendor="goteleport"),
)
