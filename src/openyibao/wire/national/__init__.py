"""The national wire format: its envelope, field tables, codes, amounts and ids; pure, both ways. 中文: 国家接口报文。"""
