"""The outer world's names, and only here: text messages now; the national wire, banks later. 中文: 外部接口报文。"""
